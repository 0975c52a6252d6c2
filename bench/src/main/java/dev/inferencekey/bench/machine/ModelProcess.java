package dev.inferencekey.bench.machine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The model server, in a process of its own beside the load. */
public final class ModelProcess implements AutoCloseable {
    private static final String MAIN = "dev.inferencekey.bench.model.ModelServer";

    private final Child child;
    private final int port;

    private ModelProcess(Child child, int port) {
        this.child = child;
        this.port = port;
    }

    /** Starts it; it listens when this returns. */
    public static ModelProcess start(Cores cores, Path work) {
        Child child = Child.startTalking(
                cores.load(),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmn128m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MAIN),
                Map.of(),
                work.resolve("model.log"));
        BufferedReader said = child.process().inputReader();
        try {
            String line = said.readLine();
            if (line == null) {
                throw new IllegalStateException("the model server did not start; see model.log");
            }
            return new ModelProcess(child, Integer.parseInt(line.strip()));
        } catch (IOException e) {
            child.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            child.close();
            throw e;
        }
    }

    public int port() {
        return port;
    }

    @Override
    public void close() {
        child.close();
    }
}
