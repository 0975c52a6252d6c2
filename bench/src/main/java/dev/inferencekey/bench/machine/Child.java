package dev.inferencekey.bench.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A program that we started and that ends with us, whatever happens. Thread-safe. */
public final class Child implements AutoCloseable {
    private static final Set<Child> RUNNING = ConcurrentHashMap.newKeySet();
    private static final Duration GRACE = Duration.ofSeconds(5);

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Child::kill), "kill-children"));
    }

    private final Process process;
    private final Path log;

    private Child(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts the command on the core; what it says goes to {@code log}. */
    public static Child start(int core, List<String> command, Map<String, String> environment, Path log) {
        return start(core, command, environment, log, ProcessBuilder.Redirect.to(log.toFile()));
    }

    /** The same, with standard output to be read here. */
    public static Child startTalking(int core, List<String> command, Map<String, String> environment, Path log) {
        return start(core, command, environment, log, ProcessBuilder.Redirect.PIPE);
    }

    private static Child start(
            int core, List<String> command, Map<String, String> environment, Path log, ProcessBuilder.Redirect output) {
        List<String> pinned = new ArrayList<>(Cores.pinnedTo(core));
        pinned.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(pinned).redirectOutput(output);
        if (output.type() == ProcessBuilder.Redirect.Type.WRITE) {
            builder.redirectErrorStream(true);
        } else {
            builder.redirectError(log.toFile());
        }
        builder.environment().putAll(environment);
        try {
            Child child = new Child(builder.start(), log);
            RUNNING.add(child);
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException(command.getFirst() + " cannot be started", e);
        }
    }

    /** What it and its own children use. */
    public ProcessTree tree() {
        return new ProcessTree(process.toHandle());
    }

    public Process process() {
        return process;
    }

    /** @throws IllegalStateException with what it said, if it has ended */
    public void requireAlive() {
        if (!process.isAlive()) {
            throw new IllegalStateException("it ended with status " + process.exitValue() + ": " + tail());
        }
    }

    private String tail() {
        try {
            String text = Files.readString(log);
            return text.substring(Math.max(0, text.length() - 1_500)).strip();
        } catch (IOException e) {
            return "(no log)";
        }
    }

    /** Asks it to end, then makes it. */
    @Override
    public void close() {
        List<ProcessHandle> family = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        family.forEach(ProcessHandle::destroyForcibly);
        RUNNING.remove(this);
    }

    private void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
