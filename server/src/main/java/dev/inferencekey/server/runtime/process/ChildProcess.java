package dev.inferencekey.server.runtime.process;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A child that cannot outlive this process, however this process ends. Thread-safe.
 *
 * <p>Notes. Each child's standard input is a pipe whose other end only this process holds; the kernel closes it when this process is
 * gone, {@code kill -9} included. The embedded engine watches it by itself. Any other program is started by a small fixed shell script
 * that puts it into a process group of its own, watches the pipe, and kills the group when it ends. The command travels as the script's
 * arguments and is never read as shell text.
 */
final class ChildProcess {
    private static final String GUARD =
            """
            exec 3<&0
            setsid "$@" </dev/null 3<&- &
            child=$!
            (cat <&3 >/dev/null 2>&1; kill -KILL -- "-$child" 2>/dev/null) >/dev/null 2>&1 &
            watch=$!
            trap 'kill -TERM -- "-$child" 2>/dev/null' TERM INT HUP
            wait "$child"; status=$?
            while kill -0 "$child" 2>/dev/null; do wait "$child"; status=$?; done
            kill -KILL -- "-$child" 2>/dev/null
            kill -KILL "$watch" 2>/dev/null
            exit "$status"
            """;

    private static final long PATIENCE_SECONDS = 5;

    /** What a child may see of this process's environment; credentials of the platform's user are not among it. */
    private static final List<String> PASSED_ON = List.of("PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH");

    private static final List<String> PASSED_ON_PREFIXES =
            List.of("LC_", "CUDA_", "NVIDIA_", "HIP_", "ROCR_", "HSA_", "GGML_", "HF_HOME", "HF_HUB_", "VLLM_", "OMP_");

    private static final List<String> NEVER_PASSED_ON = List.of("VLLM_API_KEY");

    private final Process process;
    private final OutputStream lifeline;

    private ChildProcess(Process process) {
        this.process = process;
        this.lifeline = process.getOutputStream();
    }

    /** A program that knows nothing of us, under the guard. */
    static ChildProcess guarded(
            List<String> command, Path folder, Map<String, String> environment, Map<String, String> secrets)
            throws IOException {
        List<String> guarded = new ArrayList<>(List.of("/bin/sh", "-c", GUARD, "guard"));
        guarded.addAll(command);
        return new ChildProcess(start(guarded, folder, environment, secrets));
    }

    /** The embedded engine, which takes its secret as the first line of its standard input and ends when that does. */
    static ChildProcess embedded(List<String> command, Path folder, Map<String, String> environment, String secret)
            throws IOException {
        ChildProcess child =
                new ChildProcess(start(command, folder, environment, Map.of("GGML_NO_BACKTRACE", "1")));
        child.lifeline.write(("{\"api_key\":\"" + secret + "\"}\n").getBytes(StandardCharsets.US_ASCII));
        child.lifeline.flush();
        return child;
    }

    private static Process start(
            List<String> command, Path folder, Map<String, String> environment, Map<String, String> more)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        Predicate<String> passedOn = name -> !NEVER_PASSED_ON.contains(name)
                && (PASSED_ON.contains(name) || PASSED_ON_PREFIXES.stream().anyMatch(name::startsWith));
        environment.forEach((name, value) -> {
            if (passedOn.test(name)) {
                builder.environment().put(name, value);
            }
        });
        builder.environment().putAll(more);
        return builder.start();
    }

    Process process() {
        return process;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Asks it to end, and after five seconds makes it; returns when nothing of it is left. Idempotent. */
    void stop() {
        List<ProcessHandle> family = process.descendants().toList();
        // Not Process.destroy(): that would close the lifeline too, which is the order to kill at once.
        process.toHandle().destroy();
        boolean ended = await();
        closeLifeline();
        if (!ended) {
            await();
        }
        family.forEach(ProcessHandle::destroyForcibly);
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        await();
    }

    private boolean await() {
        try {
            return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void closeLifeline() {
        try {
            lifeline.close();
        } catch (IOException e) {
            // It is closed already: the child has gone.
        }
    }
}
