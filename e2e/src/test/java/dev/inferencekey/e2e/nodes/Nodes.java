package dev.inferencekey.e2e.nodes;

import dev.inferencekey.e2e.Http;
import dev.inferencekey.e2e.Http.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An installation of several nodes: a database of a PostgreSQL, a network for each node on the way to it, one master key, a model server that
 * belongs to none, and a load balancer that looks after them. For one thread; what it hands out says for itself.
 */
final class Nodes implements AutoCloseable {
    /** How often a load balancer looks. */
    private static final Duration PROBES = Duration.ofMillis(100);

    static final String PROJECT = "acme";
    static final String WORKLOAD = "bot";

    private final @Nullable PostgresServer postgres;
    private final String database;
    private final List<TcpProxy> networks = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final ModelServer model;
    private volatile boolean closed;

    private Nodes(@Nullable PostgresServer postgres, String database) throws IOException {
        this.postgres = postgres;
        this.database = database;
        this.model = new ModelServer();
    }

    /**
     * Starts them all, with a project, a workload and nothing else.
     *
     * @param folder of their own; the nodes' folders and logs lie in it
     * @param options of {@code ik server}, for each of them
     */
    static Nodes start(PostgresServer postgres, Path folder, int count, String... options) {
        try {
            Nodes nodes = new Nodes(postgres, postgres.createDatabase());
            Files.createDirectories(folder);
            writeMasterKey(folder.resolve("master.key"));
            for (int i = 0; i < count; i++) {
                nodes.add(postgres, folder, "node-" + (char) ('a' + i), List.of(options));
            }
            return nodes.begin();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeMasterKey(Path file) throws IOException {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, HexFormat.of().formatHex(key));
    }

    /** One node on SQLite, to compare with. */
    static Nodes startOnSqlite(Path folder, String... options) {
        try {
            Nodes nodes = new Nodes(null, "");
            Files.createDirectories(folder);
            nodes.nodes.add(new Node("sqlite", folder.resolve("sqlite"), List.of(options), Map.of()));
            return nodes.begin();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(PostgresServer server, Path folder, String name, List<String> options) throws IOException {
        TcpProxy network = new TcpProxy(server.port());
        networks.add(network);
        List<String> all = new ArrayList<>(List.of(
                "--store",
                "postgresql://" + PostgresServer.USER + "@127.0.0.1:" + network.port() + "/" + database,
                "--master-key",
                folder.resolve("master.key").toString(),
                "--node-name",
                name));
        all.addAll(options);
        nodes.add(new Node(name, folder.resolve(name), all, Map.of()));
    }

    private Nodes begin() {
        boolean begun = false;
        try {
            nodes.forEach(Node::begin);
            nodes.forEach(Node::awaitReady);
            provision();
            begun = true;
        } finally {
            if (!begun) {
                nodes.forEach(node -> System.err.println(node + ":\n" + node.log()));
                close();
            }
        }
        Thread.ofVirtual().name("load-balancer").start(this::balance);
        return this;
    }

    private void balance() {
        while (!closed) {
            nodes.forEach(Node::probe);
            LockSupport.parkNanos(PROBES.toNanos());
        }
    }

    private void provision() {
        post("/api/projects", Map.of("name", PROJECT, "slug", PROJECT)).expect(201);
        external(WORKLOAD);
        var _ = key("first");
    }

    /** A workload of the model server that belongs to no node. */
    void external(String slug) {
        post(
                        "/api/projects/" + PROJECT + "/workloads",
                        Map.of(
                                "name",
                                slug,
                                "slug",
                                slug,
                                "backend",
                                "external",
                                "model_name",
                                "m",
                                "config",
                                Map.of("base_url", model.url().toString())))
                .expect(201);
    }

    /** Mints a key for all of the project, which all nodes know when this returns; the credential. */
    String key(String name) {
        return mint(name).get("credential").asString();
    }

    /** The same with all that is said of it. */
    JsonNode mint(String name) {
        JsonNode minted = post(
                        "/api/projects/" + PROJECT + "/keys", Map.of("name", name, "grants", List.of(PROJECT + "/*")))
                .expect(201)
                .json();
        Load.Call call = chat(name, minted.get("credential").asString());
        for (Node node : nodes) {
            Until.holds(
                    node + " serves a new key",
                    () -> Load.once(node, call, false).whole());
        }
        return minted;
    }

    static Load.Call chat(String name, String credential) {
        return Load.Call.chat(PROJECT, WORKLOAD, name, credential);
    }

    /** Asks the first node's control plane, as its operator. */
    Answer post(String path, Object body) {
        return get(0).http().post(path, get(0).operator(), Http.JSON.writeValueAsString(body));
    }

    Node get(int index) {
        return nodes.get(index);
    }

    List<Node> all() {
        return List.copyOf(nodes);
    }

    /** The network between a node and the database. */
    TcpProxy network(int index) {
        return networks.get(index);
    }

    List<TcpProxy> networks() {
        return List.copyOf(networks);
    }

    ModelServer model() {
        return model;
    }

    PostgresServer postgres() {
        if (postgres == null) {
            throw new IllegalStateException("these run on SQLite");
        }
        return postgres;
    }

    /** A connection that goes past every network. */
    Connection connect() throws SQLException {
        return postgres().connect(database);
    }

    @Override
    public void close() {
        closed = true;
        nodes.forEach(Node::close);
        networks.forEach(TcpProxy::close);
        model.close();
    }
}
