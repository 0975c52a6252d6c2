package dev.inferencekey.e2e.nodes;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A network that can be made bad: a port of the loopback address whose connections lead to another one, late, slowly, not at all, or until
 * they are cut. What it is told holds for connections there are and for those to come. Thread-safe.
 */
final class TcpProxy implements AutoCloseable {
    private static final int CHUNK = 16 * 1024;

    /** Bytes under way in one direction, in chunks: enough for a delay of a second at full speed, and a bound. */
    private static final int MAX_CHUNKS = 512;

    private final int targetPort;
    private final ServerSocket listener;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Guarded by {@link #lock} for writing. */
    private volatile Mode mode = Mode.PASS;

    private volatile Duration towards = Duration.ZERO;
    private volatile Duration back = Duration.ZERO;
    private volatile long bytesPerSecond = Long.MAX_VALUE;
    private volatile String muted = "";

    private enum Mode {
        PASS,
        HOLD,
        CUT,
        CLOSED
    }

    /** Listens on a free port. */
    TcpProxy(int targetPort) throws IOException {
        this.targetPort = targetPort;
        this.listener = new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("proxy-" + port()).start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Passes everything on, with the delay and speed that were asked for; what was held comes now. */
    void pass() {
        become(Mode.PASS);
    }

    /** Lets nothing through and says so to nobody, as a broken route does: connections stay, new ones open, no byte arrives. */
    void hold() {
        become(Mode.HOLD);
    }

    /** Resets all connections, and each new one, as a peer does whose kernel knows nothing of them. */
    void cut() {
        become(Mode.CUT);
        connections.forEach(Connection::reset);
    }

    /** How much later bytes arrive than they were sent, in each direction; the order is kept. */
    void delay(Duration towardsTarget, Duration fromTarget) {
        towards = towardsTarget;
        back = fromTarget;
    }

    /** At most this many bytes a second, for each connection and direction. */
    void throttle(long atMostBytesPerSecond) {
        bytesPerSecond = atMostBytesPerSecond;
    }

    /**
     * Lets no answer through on connections, from now on, whose client has sent this text within one piece, in letters of any case; all are heard
     * if it is empty. So a database can be kept from notifying anybody.
     */
    void mute(String text) {
        muted = text.toLowerCase(Locale.ROOT);
    }

    private void become(Mode next) {
        lock.lock();
        try {
            mode = next;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** False if the connection is not to go on. */
    private boolean awaitPassage() throws InterruptedException {
        if (mode == Mode.PASS) {
            return true;
        }
        lock.lock();
        try {
            while (mode == Mode.HOLD) {
                changed.await();
            }
            return mode == Mode.PASS;
        } finally {
            lock.unlock();
        }
    }

    private void accept() {
        while (mode != Mode.CLOSED) {
            try {
                Socket client = listener.accept();
                Connection connection = new Connection(client);
                connections.add(connection);
                Thread.ofVirtual().name("proxied").start(connection::run);
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    @Override
    public void close() {
        become(Mode.CLOSED);
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        connections.forEach(Connection::reset);
    }

    private final class Connection {
        private final Socket client;
        private final Socket target = new Socket();
        private volatile boolean mute;

        Connection(Socket client) {
            this.client = client;
        }

        void run() {
            try {
                if (!awaitPassage()) {
                    reset();
                    return;
                }
                client.setTcpNoDelay(true);
                target.setTcpNoDelay(true);
                target.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort));
                Pipe there = new Pipe(this, client, target, true);
                Pipe home = new Pipe(this, target, client, false);
                Thread.ofVirtual().start(there::read);
                Thread.ofVirtual().start(home::read);
                Thread reader = Thread.ofVirtual().start(() -> write(there));
                write(home);
                reader.join();
                connections.remove(this);
                client.close();
                target.close();
            } catch (IOException e) {
                reset();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void write(Pipe pipe) {
            try {
                pipe.write();
            } catch (IOException e) {
                reset();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** Idempotent. */
        void reset() {
            connections.remove(this);
            for (Socket socket : new Socket[] {client, target}) {
                try {
                    socket.setSoLinger(true, 0);
                } catch (IOException closed) {
                    // Nothing to reset.
                }
                try {
                    socket.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    /** Bytes that are due at a time; none mark the end. */
    private static final class Chunk implements Delayed {
        final byte[] bytes;
        private final long dueAt;

        Chunk(byte[] bytes, long dueAt) {
            this.bytes = bytes;
            this.dueAt = dueAt;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(dueAt - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(dueAt, ((Chunk) other).dueAt);
        }
    }

    /** One direction of a connection. */
    private final class Pipe {
        private final Connection connection;
        private final Socket from;
        private final Socket to;
        private final boolean outward;
        private final DelayQueue<Chunk> underWay = new DelayQueue<>();
        private final Semaphore room = new Semaphore(MAX_CHUNKS);
        private long lastDue = System.nanoTime();

        Pipe(Connection connection, Socket from, Socket to, boolean outward) {
            this.connection = connection;
            this.from = from;
            this.to = to;
            this.outward = outward;
        }

        void read() {
            byte[] buffer = new byte[CHUNK];
            try {
                while (true) {
                    int read = from.getInputStream().read(buffer);
                    room.acquire();
                    send(Arrays.copyOf(buffer, Math.max(0, read)));
                    if (read < 0) {
                        return;
                    }
                }
            } catch (IOException broken) {
                send(new byte[0]);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** Never two at the same nanosecond: the queue keeps no order among equals. */
        private void send(byte[] bytes) {
            String text = muted;
            if (outward && !text.isEmpty() && said(bytes).contains(text)) {
                connection.mute = true;
            }
            long delayed = System.nanoTime() + (outward ? towards : back).toNanos();
            long rate = bytesPerSecond;
            long taken = rate == Long.MAX_VALUE ? 1 : Math.max(1, bytes.length * 1_000_000_000L / rate);
            lastDue = Math.max(delayed, lastDue) + taken;
            underWay.add(new Chunk(bytes, lastDue));
        }

        private static String said(byte[] bytes) {
            return new String(bytes, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        }

        void write() throws IOException, InterruptedException {
            OutputStream out = to.getOutputStream();
            while (true) {
                Chunk chunk = underWay.take();
                room.release();
                if (!awaitPassage()) {
                    throw new IOException("cut");
                }
                if (chunk.bytes.length == 0) {
                    to.shutdownOutput();
                    return;
                }
                if (outward || !connection.mute) {
                    out.write(chunk.bytes);
                }
            }
        }
    }
}
