package dev.inferencekey.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * The model server of all scripted workloads of a platform: on loopback, a virtual thread for each connection. Written on sockets, since
 * faults are what HTTP servers keep from happening. Thread-safe; {@link #close} is idempotent and waits for its threads.
 */
final class ModelServer implements AutoCloseable {
    private static final int BACKLOG = 1_024;

    private final ServerSocket listener;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("inferencekey-testkit-model-", 0).factory());
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final Map<String, ScriptedWorkload> workloads = new ConcurrentHashMap<>();
    private volatile boolean closed;

    ModelServer() {
        try {
            listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException("the model server of the test can't listen on loopback", e);
        }
        threads.execute(this::accept);
    }

    /** The base URL of one workload. */
    String baseUrl(String project, String slug) {
        return "http://127.0.0.1:" + listener.getLocalPort() + "/" + project + "/" + slug;
    }

    /** From now on its calls are answered as it says. */
    void serve(String project, String slug, ScriptedWorkload workload) {
        workloads.put(project + "/" + slug, workload);
    }

    /** Null if nobody scripts it (yet). */
    @Nullable
    ScriptedWorkload workload(String project, String slug) {
        return workloads.get(project + "/" + slug);
    }

    private void accept() {
        while (!closed) {
            try {
                Socket socket = listener.accept();
                connections.add(socket);
                threads.execute(() -> serve(socket));
            } catch (IOException e) {
                if (!closed) {
                    throw new UncheckedIOException("the model server of the test can't accept", e);
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            new ModelConnection(socket, this).serve();
        } catch (IOException e) {
            // The platform has closed the connection, or this server is being closed.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            connections.remove(socket);
        }
    }

    @Override
    public void close() {
        closed = true;
        threads.shutdownNow();
        close(listener);
        connections.forEach(ModelServer::close);
        threads.close();
    }

    private static void close(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // Then it is closed.
        }
    }
}
