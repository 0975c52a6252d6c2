package dev.inferencekey.bench.contender;

import dev.inferencekey.bench.machine.Cores;
import java.nio.file.Path;
import java.util.List;

/**
 * What every contender is given.
 *
 * @param work a folder for configurations and logs, empty at first
 * @param modelPort where the model server listens, on the loopback address
 * @param keys API keys in full, all of which must be let in; the load uses the first
 */
public record Bench(Path work, Cores cores, int modelPort, List<String> keys) {
    public static final String PROJECT = "bench";
    public static final String WORKLOAD = "chat";
    /** What the model server's model is called; callers say {@link #WORKLOAD}. */
    public static final String MODEL = "bench-model";

    public static final String PREFIX = "/endpoint/" + PROJECT + "/" + WORKLOAD;
    public static final String CHAT = "/v1/chat/completions";

    public Bench {
        keys = List.copyOf(keys);
    }

    /** The key that the load uses. */
    public String key() {
        return keys.getFirst();
    }

    /** A folder of its own below {@link #work}. */
    public Path folder(String name) {
        return Folders.made(work.resolve(name));
    }

    /** The same without the keys: they open what runs now. */
    @Override
    public String toString() {
        return "Bench[" + work + "]";
    }
}
