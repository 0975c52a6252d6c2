package dev.inferencekey.engine;

import dev.inferencekey.engine.gguf.GgufFormatException;
import dev.inferencekey.engine.gguf.GgufHeader;
import dev.inferencekey.engine.http.EngineServer;
import dev.inferencekey.engine.llama.LoadedModel;
import dev.inferencekey.engine.llama.ModelLoadException;
import dev.inferencekey.engine.options.EngineOptions;
import dev.inferencekey.engine.options.UsageException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Serves one GGUF model over llama-server's HTTP surface, as a child of the platform.
 *
 * <pre>
 * java … dev.inferencekey.engine.EngineMain --host 127.0.0.1 --port N -m FILE.gguf [llama-server's flags]
 * </pre>
 *
 * <p>Protocol with the parent: the first line of standard input is {@code {"api_key": "<secret>"}}, and the end of
 * standard input ends this process at once ({@link ParentLink}). When it listens it prints one line to standard output,
 * {@code listening on HOST:PORT}; {@code GET /health} says 503 until the model is loaded, then 200. Standard error is for
 * people: one sentence if it cannot start. Exit status: 2 for a wrong command line, 1 if the model cannot be loaded or
 * the port not be bound, 0 when the parent has gone, 143 after SIGTERM.
 */
public final class EngineMain {
    private static final int PARENT_GONE = 0;
    private static final int LOAD_FAILURE = 1;
    private static final int USAGE = 2;
    private static final int TERMINATED = 143;

    private EngineMain() {}

    /** Runs the engine until its parent goes or it is told to end. */
    public static void main(String[] arguments) {
        // Read by the JDK's HTTP server when it is first used: send each token's packet without waiting for more,
        // and do not let a caller hold a connection with half a request for ever.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxReqTime", "300");
        // llama.cpp's thread would keep a JVM alive that merely runs out of work, and its destructors can hang.
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(TERMINATED), "ik-shutdown"));
        try {
            run(arguments);
        } catch (UsageException e) {
            end(USAGE, e);
        } catch (GgufFormatException | ModelLoadException | IOException e) {
            end(LOAD_FAILURE, e);
        } catch (RuntimeException | Error e) {
            // The server's threads would keep a process alive that never becomes ready.
            e.printStackTrace();
            Runtime.getRuntime().halt(LOAD_FAILURE);
        }
    }

    private static void run(String... arguments) throws IOException {
        EngineOptions options = EngineOptions.parse(arguments);
        GgufHeader header = GgufHeader.read(options.model());
        ParentLink parent = new ParentLink(System.in);
        Optional<String> secret = parent.readSecret();
        if (secret.isEmpty()) {
            System.err.println("engine: The first line on standard input must be {\"api_key\": \"…\"};"
                    + " the platform starts the engine, see its README.");
            Runtime.getRuntime().halt(USAGE);
            return;
        }
        parent.watch(() -> Runtime.getRuntime().halt(PARENT_GONE));
        EngineServer server = listen(options, secret.get());
        System.out.println("listening on " + options.host() + ":" + server.port());
        server.serve(LoadedModel.load(options, header));
    }

    private static EngineServer listen(EngineOptions options, String secret) throws IOException {
        try {
            InetSocketAddress address = new InetSocketAddress(options.host(), options.port());
            if (address.isUnresolved()) {
                throw new UnknownHostException(options.host());
            }
            return EngineServer.start(
                    address,
                    secret,
                    InstantSource.system(),
                    new SecureRandom(),
                    failure -> System.err.println("engine: " + failure));
        } catch (IOException e) {
            throw new IOException(
                    "Cannot listen on " + options.host() + ":" + options.port()
                            + "; is the port in use, or the host not one of this machine's?",
                    e);
        }
    }

    private static void end(int status, Exception cause) {
        System.err.println("engine: " + cause.getMessage());
        System.err.flush();
        Runtime.getRuntime().halt(status);
    }
}
