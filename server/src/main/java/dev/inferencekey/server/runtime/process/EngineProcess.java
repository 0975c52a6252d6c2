package dev.inferencekey.server.runtime.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One running model server with everything that it started. Thread-safe.
 *
 * <p>Notes. It must not outlive the platform, not even if that is killed, when no code of ours runs any more. The one thing that
 * happens then for sure is that the kernel closes the platform's end of the child's standard input. The embedded engine watches for
 * that itself. Programs of others do not, so a guard does it for them: a small shell that holds the pipe and kills the program's
 * process group (see {@code guard.sh}). What leaves the group is found by a marker in its environment. What is left even so, because
 * the guard was killed too, is swept at the next start.
 */
final class EngineProcess {
    private static final String GUARD = readGuard();
    /** Where memory is short the kernel takes model servers and not the platform. Asked for as long as it is not refused. */
    private static final String FIRST_TO_GO = "{ echo 500 >/proc/self/oom_score_adj; } 2>/dev/null; exec \"$@\"";

    private static final Duration KILL_PATIENCE = Duration.ofSeconds(3);
    /** The same where nothing was to be waited for; with what follows it is less than what a fenced node has for this. */
    private static final Duration GUARD_PATIENCE = Duration.ofMillis(500);

    private static final int SWEEPS = 5;

    private final Process process;
    private final String marker;
    private final boolean guarded;

    private EngineProcess(Process process, String marker, boolean guarded) {
        this.process = process;
        this.marker = marker;
        this.guarded = guarded;
    }

    /**
     * Starts it.
     *
     * @param environment complete: nothing of the platform's own is added
     * @param folder of the replica, which is the marker of all its processes
     * @param work where it runs
     * @param firstLine what it is told on its standard input; then it is trusted to end with its input. Null for programs of others.
     */
    static EngineProcess start(
            List<String> command, Map<String, String> environment, Path folder, Path work, @Nullable String firstLine)
            throws IOException {
        boolean guarded = firstLine == null;
        String marker = ProcessScan.marker(folder);
        List<String> full = new ArrayList<>();
        // Away from the terminal: Ctrl-C is for the platform, which then ends its children in good order.
        ProgramPath.find("setsid", environment).ifPresent(setsid -> full.add(setsid.toString()));
        if (guarded) {
            full.addAll(List.of("/bin/sh", "-c", GUARD, "ik-guard", marker));
        }
        full.addAll(List.of("/bin/sh", "-c", FIRST_TO_GO, "ik-engine"));
        full.addAll(command);
        ProcessBuilder builder =
                new ProcessBuilder(full).directory(work.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        if (!guarded) {
            builder.environment().put(ProcessScan.VARIABLE, marker);
        }
        EngineProcess started = new EngineProcess(builder.start(), marker, guarded);
        if (firstLine != null) {
            started.tell(firstLine);
        }
        return started;
    }

    private static String readGuard() {
        try (InputStream in = EngineProcess.class.getResourceAsStream("guard.sh")) {
            if (in == null) {
                throw new IllegalStateException("guard.sh is missing from the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    /** Standard output and standard error in one. */
    InputStream output() {
        return process.getInputStream();
    }

    /** Of all its processes together, in bytes. */
    long memoryUse() {
        return MemoryUse.of(process.toHandle());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    CompletableFuture<Integer> onExit() {
        return process.onExit().thenApply(Process::exitValue);
    }

    private void tell(String line) {
        try {
            OutputStream in = process.getOutputStream();
            in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            in.flush();
        } catch (IOException e) {
            // It has ended already, which its exit tells better.
        }
    }

    /** Asks it to end, kills it if it has not ended after {@code grace}, and returns when nothing of it is left. */
    void end(Duration grace) {
        boolean interrupted = false;
        try {
            if (guarded) {
                tell("end");
            } else {
                // Not a signal, which the first process of a namespace would not hear.
                closeInput();
            }
            process.waitFor(grace.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        closeInput();
        Duration guardPatience = grace.isZero() ? GUARD_PATIENCE : KILL_PATIENCE;
        try {
            if (!process.waitFor(guarded ? guardPatience.toNanos() : 0, TimeUnit.NANOSECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                process.waitFor(KILL_PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            interrupted = true;
            process.destroyForcibly();
        }
        killMarked(marker);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The end of its input is what a guard, and the embedded engine, take for the end of the platform. */
    private void closeInput() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // It has ended already.
        }
    }

    /** Again, since what is being killed may be about to fork. */
    private static void killMarked(String marker) {
        for (int i = 0; i < SWEEPS; i++) {
            List<ProcessHandle> left = ProcessScan.withMarker(marker);
            if (left.isEmpty()) {
                return;
            }
            left.forEach(ProcessHandle::destroyForcibly);
            left.forEach(handle -> handle.onExit()
                    .completeOnTimeout(handle, 1, TimeUnit.SECONDS)
                    .join());
        }
    }
}
