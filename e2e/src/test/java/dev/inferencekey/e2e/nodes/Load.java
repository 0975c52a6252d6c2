package dev.inferencekey.e2e.nodes;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Callers who go from node to node like connections of a load balancer, every other one asking for streams, and note what becomes of each
 * request. A node that takes no connections is passed over, since nothing was sent; whatever goes wrong after that is a failure. Thread-safe.
 */
final class Load implements AutoCloseable {
    /** How long the next byte of an answer may take. */
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private static final AtomicLong IDS = new AtomicLong();

    /** Which callers ask for streams, and whether they look whether a node is ready. */
    private enum Kind {
        EVERY_OTHER,
        ALL,
        /** No streams, and whatever the node says of itself. */
        STUBBORN
    }

    private final List<Node> nodes;
    private final Call call;
    private final Kind kind;
    private final long pauseNanos;
    private final Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
    private final List<Thread> callers = new ArrayList<>();
    private volatile boolean over;

    /**
     * What is asked.
     *
     * @param name the caller's name for the key
     * @param body of the request, {@code stream} left out
     */
    record Call(String path, String name, String credential, String body) {
        /** A chat with one message. */
        static Call chat(String project, String workload, String name, String credential) {
            return new Call(
                    "/endpoint/" + project + "/" + workload + "/v1/chat/completions",
                    name,
                    credential,
                    "\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],\"max_tokens\":16");
        }

        String json(boolean stream) {
            return "{" + body + (stream ? ",\"stream\":true" : "") + "}";
        }
    }

    private Load(List<Node> nodes, Call call, Kind kind, Duration pause) {
        this.nodes = List.copyOf(nodes);
        this.call = call;
        this.kind = kind;
        this.pauseNanos = pause.toNanos();
    }

    /**
     * Begins.
     *
     * @param pause between the end of a request and the next of the same caller: what keeps the machine from being the bottleneck
     */
    static Load start(List<Node> nodes, Call call, int callers, Duration pause) {
        return new Load(nodes, call, Kind.EVERY_OTHER, pause).begin(callers);
    }

    /** The same, but all of them ask for streams. */
    static Load startStreams(List<Node> nodes, Call call, int callers, Duration pause) {
        return new Load(nodes, call, Kind.ALL, pause).begin(callers);
    }

    /** One caller who asks this node again and again, whether or not it says that it is ready. */
    static Load startAt(Node node, Call call, Duration pause) {
        return new Load(List.of(node), call, Kind.STUBBORN, pause).begin(1);
    }

    private Load begin(int count) {
        for (int i = 0; i < count; i++) {
            callers.add(Thread.ofVirtual().name("caller-" + i).start(new Caller(i)));
        }
        return this;
    }

    /** One request on a connection of its own. */
    static Outcome once(Node node, Call call, boolean stream) {
        try (NodeConnection connection = new NodeConnection(node.url(), LONGEST)) {
            return ask(connection, node, call, stream).outcome;
        } catch (IOException e) {
            long now = System.nanoTime();
            return new Outcome(nextId(), node.name(), call.name, stream, 0, "not connected: " + e, false, now, 0, now);
        }
    }

    /** What has ended so far. */
    List<Outcome> outcomes() {
        return List.copyOf(outcomes);
    }

    int count() {
        return outcomes.size();
    }

    /** Lets the requests that are under way end; everything that became of any. */
    List<Outcome> stop() {
        over = true;
        try {
            for (Thread caller : callers) {
                LockSupport.unpark(caller);
                caller.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        return outcomes();
    }

    @Override
    public void close() {
        stop();
    }

    private static String nextId() {
        return "load-" + IDS.incrementAndGet();
    }

    private record Asked(Outcome outcome, boolean stays) {}

    private static Asked ask(NodeConnection connection, Node node, Call call, boolean stream) {
        String id = nextId();
        long sentAt = System.nanoTime();
        try {
            Reply reply = connection.post(call.path, call.credential, id, call.json(stream));
            boolean whole = reply.status() == 200 && (!stream || reply.streamIsWhole());
            String code = whole || reply.status() != 200 ? reply.code() : "the stream has no end";
            return new Asked(
                    new Outcome(
                            id,
                            node.name(),
                            call.name,
                            stream,
                            reply.status(),
                            code,
                            whole,
                            sentAt,
                            reply.firstByteAt(),
                            System.nanoTime()),
                    // What broke off is followed by the end of its connection.
                    whole == (reply.status() == 200) && reply.stays());
        } catch (IOException e) {
            return new Asked(
                    new Outcome(
                            id,
                            node.name(),
                            call.name,
                            stream,
                            0,
                            String.valueOf(e),
                            false,
                            sentAt,
                            0,
                            System.nanoTime()),
                    false);
        }
    }

    private final class Caller implements Runnable {
        private final boolean streaming;
        private final Map<Node, NodeConnection> connections = new HashMap<>();
        private int next;

        Caller(int number) {
            this.streaming = kind == Kind.ALL || (kind == Kind.EVERY_OTHER && number % 2 == 1);
            this.next = number / 2;
        }

        @Override
        public void run() {
            while (!over) {
                Node node = nodes.get(Math.floorMod(next++, nodes.size()));
                NodeConnection connection = connectionTo(node);
                if (connection == null) {
                    LockSupport.parkNanos(1_000_000);
                    continue;
                }
                Asked asked = ask(connection, node, call, streaming);
                outcomes.add(asked.outcome);
                if (!asked.stays) {
                    connection.close();
                    connections.remove(node);
                }
                if (pauseNanos > 0) {
                    LockSupport.parkNanos(pauseNanos);
                }
            }
            connections.values().forEach(NodeConnection::close);
        }

        /** Null if the node takes none; nothing was sent then. */
        private @Nullable NodeConnection connectionTo(Node node) {
            NodeConnection connection = connections.get(node);
            if (connection == null && (kind == Kind.STUBBORN || node.takesCalls())) {
                try {
                    connection = new NodeConnection(node.url(), LONGEST);
                    connections.put(node, connection);
                } catch (IOException | IllegalStateException e) {
                    return null; // It has just ended, or is being started.
                }
            }
            return connection;
        }
    }
}
