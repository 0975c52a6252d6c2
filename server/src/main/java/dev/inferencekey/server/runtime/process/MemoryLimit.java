package dev.inferencekey.server.runtime.process;

import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Holds a model server to the memory that its declaration names ({@code config.memory_mb}): looks {@value #LOOKS_PER_SECOND} times a
 * second, and ends one that has taken more. Thread-safe.
 *
 * <p>Notes. The kernel's own limits do not fit: one on addresses stops engines that map far more than they use, and control groups
 * belong to whoever set up the machine. What grows faster than somebody looks meets the kernel's out-of-memory killer, which takes
 * model servers before the platform.
 */
final class MemoryLimit {
    private static final int LOOKS_PER_SECOND = 4;
    private static final String MEMORY_MB = "memory_mb";

    private final long megabytes;
    private volatile boolean exceeded;

    private MemoryLimit(long megabytes) {
        this.megabytes = megabytes;
    }

    /**
     * Null if none is declared.
     *
     * @throws LaunchRefusedException if one is, and this system does not tell what a process uses
     */
    static @Nullable MemoryLimit of(ReplicaSpec spec) throws LaunchRefusedException {
        if (!(spec.config().get(MEMORY_MB) instanceof Number declared)) {
            return null;
        }
        if (!Files.isReadable(Path.of("/proc/self/status"))) {
            throw new LaunchRefusedException(
                    "config.memory_mb can't be kept on this system, which does not tell what a process uses; leave it out");
        }
        return new MemoryLimit(declared.longValue());
    }

    /** Watches until the process ends. */
    void watch(EngineProcess process, String name) {
        Thread.ofVirtual().name("engine-memory-" + name).start(() -> {
            try {
                while (process.isAlive()) {
                    Thread.sleep(Duration.ofSeconds(1).dividedBy(LOOKS_PER_SECOND));
                    if (process.memoryUse() > megabytes * 1_000_000) {
                        exceeded = true;
                        process.end(Duration.ZERO);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Whether that is why it ended; then in words. */
    @Nullable
    String reason() {
        return exceeded ? "took more than the " + megabytes + " MB of config.memory_mb, and was ended" : null;
    }
}
