package dev.inferencekey.e2e.nodes;

import dev.inferencekey.e2e.Http;
import dev.inferencekey.e2e.Http.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
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
        return startOn(Node.Build.current(), postgres, folder, count, options);
    }

    /** Such nodes that all run another program. */
    static Nodes startOn(Node.Build build, PostgresServer postgres, Path folder, int count, String... options) {
        try {
            Nodes nodes = new Nodes(postgres, postgres.createDatabase());
            Files.createDirectories(folder);
            writeMasterKey(folder.resolve("master.key"));
            for (int i = 0; i < count; i++) {
                nodes.add(postgres, folder, "node-" + (char) ('a' + i), List.of(options));
            }
            nodes.nodes.forEach(node -> node.use(build));
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

    /** Such nodes, which can call each other's model servers. */
    static Nodes startWithEngines(PostgresServer postgres, Path folder, int count, String... options) {
        try {
            Nodes nodes = new Nodes(postgres, postgres.createDatabase());
            Files.createDirectories(folder);
            writeMasterKey(folder.resolve("master.key"));
            NodeCertificates certificates = new NodeCertificates(folder.resolve("certificates"));
            for (int i = 0; i < count; i++) {
                String name = "node-" + (char) ('a' + i);
                List<String> all = new ArrayList<>(certificates.options(name, freePort()));
                all.addAll(List.of(options));
                nodes.add(postgres, folder, name, all);
            }
            return nodes.begin();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One that others are told of before the node has it. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** One node on SQLite, to compare with. */
    static Nodes startOnSqlite(Path folder, String... options) {
        try {
            Nodes nodes = new Nodes(null, "");
            Files.createDirectories(folder);
            nodes.nodes.add(new Node("sqlite", folder.resolve("sqlite"), List.of(options)));
            return nodes.begin();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * An installation as it was before there were nodes: the first runs {@code before} on SQLite, the others have never been started and are for
     * the database that it can be moved to.
     */
    static Nodes startBefore(PostgresServer postgres, Path folder, int count, Node.Build before, String... options) {
        try {
            Nodes nodes = new Nodes(postgres, postgres.createDatabase());
            Files.createDirectories(folder);
            for (int i = 0; i < count; i++) {
                nodes.add(postgres, folder, "node-" + (char) ('a' + i), List.of(options));
            }
            nodes.get(0).use(before);
            nodes.get(0).use(List.of(options));
            nodes.get(0).begin();
            return nodes.awaitAndProvision(List.of(nodes.get(0)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Moves the first node's store, which is stopped, to the database, where it and all others run on this build from their next start on. */
    void move() {
        Node first = get(0);
        first.use(Node.Build.current());
        first.command("store", "move", "--to", address(networks.get(0)));
        Path key = first.folder().resolve("master.key");
        for (int i = 0; i < nodes.size(); i++) {
            nodes.get(i).use(onPostgres(nodes.get(i).name(), networks.get(i), key, List.of("--drain", "2s")));
        }
    }

    private void add(PostgresServer server, Path folder, String name, List<String> options) throws IOException {
        TcpProxy network = new TcpProxy(server.port());
        networks.add(network);
        nodes.add(
                new Node(name, folder.resolve(name), onPostgres(name, network, folder.resolve("master.key"), options)));
    }

    private String address(TcpProxy network) {
        return "postgresql://" + PostgresServer.USER + "@127.0.0.1:" + network.port() + "/" + database;
    }

    private List<String> onPostgres(String name, TcpProxy network, Path masterKey, List<String> options) {
        List<String> all = new ArrayList<>(
                List.of("--store", address(network), "--master-key", masterKey.toString(), "--node-name", name));
        all.addAll(options);
        return all;
    }

    private Nodes begin() {
        nodes.forEach(Node::begin);
        return awaitAndProvision(nodes);
    }

    private Nodes awaitAndProvision(List<Node> begun) {
        boolean done = false;
        try {
            begun.forEach(Node::awaitReady);
            provision();
            done = true;
        } finally {
            if (!done) {
                begun.forEach(node -> System.err.println(node + ":\n" + node.log()));
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

    /** A workload whose model server one of the nodes runs and all are called for; they must be able to call each other. */
    void simulated(String slug, Map<String, ?> config) {
        post(
                        "/api/projects/" + PROJECT + "/workloads",
                        Map.of("name", slug, "slug", slug, "backend", "simulator", "model_name", "m", "config", config))
                .expect(201);
    }

    /** The node that a workload's only replica is on. */
    Node home(String slug) {
        String name = get(0).http()
                .get("/api/projects/" + PROJECT + "/workloads/" + slug + "/replicas", get(0).operator())
                .expect(200)
                .json()
                .get(0)
                .get("worker_id")
                .asString();
        return nodes.stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Mints a key for all of the project, which all nodes that run know when this returns; the credential. */
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
        for (Node node : nodes.stream().filter(Node::takesCalls).toList()) {
            Until.holds(
                    node + " serves a new key",
                    () -> Load.once(node, call, false).whole());
        }
        return minted;
    }

    /** Waits until every node takes changes again, after the database or the way to it was gone. */
    void awaitChanges() {
        for (Node node : nodes) {
            Until.holds(
                    node + " takes changes",
                    () -> node.http()
                                    .post(
                                            "/api/projects/" + PROJECT + "/keys",
                                            node.operator(),
                                            Http.JSON.writeValueAsString(
                                                    Map.of("name", "after", "grants", List.of(PROJECT + "/*"))))
                                    .status()
                            == 201);
        }
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
