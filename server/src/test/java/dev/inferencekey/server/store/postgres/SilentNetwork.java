package dev.inferencekey.server.store.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** The way to a database until it falls silent: connections stay and new ones open, but no byte arrives, and nobody is told. Thread-safe. */
public final class SilentNetwork implements AutoCloseable {
    private final int target;
    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile CountDownLatch passage = new CountDownLatch(0);

    private SilentNetwork(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    /** From a free port to the database's. */
    public static SilentNetwork to(PostgresForTests.Database database) throws IOException {
        return new SilentNetwork(database.port());
    }

    public int port() {
        return listener.getLocalPort();
    }

    public void fallSilent() {
        passage = new CountDownLatch(1);
    }

    /** What was sent meanwhile arrives now. */
    public void recover() {
        passage.countDown();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.add(client);
                sockets.add(server);
                Thread.ofVirtual().start(() -> forward(client, server));
                Thread.ofVirtual().start(() -> forward(server, client));
            } catch (IOException e) {
                // It was closed.
            }
        }
    }

    private void forward(Socket from, Socket to) {
        byte[] buffer = new byte[16 * 1024];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                passage.await();
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // One of them was closed, and now the other is.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        recover();
        for (Socket each : sockets) {
            each.close();
        }
    }
}
