package dev.inferencekey.e2e.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.cli.Ik;
import dev.inferencekey.cli.shell.Shell;
import dev.inferencekey.cli.shell.Terminal;
import dev.inferencekey.e2e.Http;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** From one server on a file to a manager and a gateway on PostgreSQL, as {@code docs/operations/postgresql.md} says. */
class MovedInstallationTest {
    private static final String CHAT = "/endpoint/acme/bot/v1/chat/completions";
    private static final String BODY = "{\"model\":\"bot\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String GATEWAY = "gateway_user";

    @TempDir
    private Path temp;

    private PostgresServer postgres;
    private ModelServer model;
    private String database;

    @BeforeEach
    void start() throws IOException {
        postgres = new PostgresServer(temp.resolve("postgres"));
        model = new ModelServer();
        database = postgres.createDatabase();
    }

    @AfterEach
    void stop() {
        model.close();
        postgres.close();
    }

    private String address(String user) {
        return "postgresql://" + user + "@127.0.0.1:" + postgres.port() + "/" + database;
    }

    /** What a command said, once it has done it. */
    private String ik(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8);
        Shell shell = new Shell(
                Map.of(),
                new ByteArrayInputStream(new byte[0]),
                printed,
                printed,
                Terminal.NONE,
                Terminal.NONE,
                question -> Optional.empty(),
                InstantSource.system(),
                temp);
        int exitCode = Ik.run(
                shell,
                settings -> {
                    throw new AssertionError("no platform is due here");
                },
                arguments);
        String said = out.toString(StandardCharsets.UTF_8);
        assertThat(exitCode).as(said).isZero();
        return said;
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = postgres.connect(database);
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            found.next();
            return found.getLong(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = postgres.connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void keysWorkOnAfterAMoveAndAGatewayServesThemWithNoMoreRightsThanItNeeds() throws Exception {
        Path alone = temp.resolve("alone");
        JsonNode key;
        try (Node single = new Node("single", alone, List.of()).start()) {
            post(single, "/api/projects", Map.of("name", "acme", "slug", "acme"));
            post(
                    single,
                    "/api/projects/acme/workloads",
                    Map.of(
                            "name",
                            "bot",
                            "slug",
                            "bot",
                            "backend",
                            "external",
                            "model_name",
                            "m",
                            "config",
                            Map.of("base_url", model.url().toString())));
            key = post(single, "/api/projects/acme/keys", Map.of("name", "k", "grants", List.of("acme/*")));
            Until.holds("the workload serves", () -> call(single, key) == 200);
            Until.holds("its usage is imported", () -> usage(single) > 0);
        }

        assertThat(ik("store", "move", "--data", alone.toString(), "--to", address(PostgresServer.USER)))
                .contains("api_keys", "Moved to " + address(PostgresServer.USER), "master.key");
        execute("create role " + GATEWAY + " login");
        ik("store", "grant-gateway", GATEWAY, "--store", address(PostgresServer.USER));
        String masterKey = alone.resolve("master.key").toString();
        long before = number("select count(*) from usage_records");
        assertThat(before).isPositive();

        Node manager = new Node(
                "manager",
                temp.resolve("manager"),
                List.of(
                        "--role=manager",
                        "--node-name=manager",
                        "--store",
                        address(PostgresServer.USER),
                        "--master-key",
                        masterKey));
        Node gateway = new Node(
                "gateway",
                temp.resolve("gateway"),
                List.of(
                        "--role=gateway",
                        "--node-name=gateway",
                        "--store",
                        address(GATEWAY),
                        "--master-key",
                        masterKey));
        try (manager;
                gateway) {
            manager.start();
            gateway.start();
            Until.holds("the gateway serves the key that was there before", () -> call(gateway, key) == 200);
            Until.holds(
                    "the gateway's usage is in the database",
                    () -> number("select count(*) from usage_records") > before);

            assertThat(call(manager, key)).isEqualTo(404);
            assertThat(gateway.http().get("/api/projects", null).status()).isEqualTo(404);
            assertThat(gateway.http().get("/health/ready", null).body()).contains("\"ready\"", "\"store\",\"ok\":true");

            JsonNode revoked =
                    post(manager, "/api/projects/acme/keys/" + key.get("id").asString() + "/revoke", Map.of());
            assertThat(revoked.toString()).contains("gateway", "acknowledged");
            assertThat(call(gateway, key)).isEqualTo(401);

            assertThat(ik("store", "check", "--store", address(PostgresServer.USER), "--master-key", masterKey))
                    .contains("ok    tables", "ok    secrets")
                    .doesNotContain("fail");
            ik("store", "backup", temp.resolve("backup.db").toString(), "--store", address(PostgresServer.USER));
        } catch (Throwable e) {
            System.err.println(manager.log() + "\n" + gateway.log());
            throw e;
        }
        assertThat(Files.readString(temp.resolve("gateway/logs/server.log")))
                .doesNotContain("\"level\":\"ERROR\"", "lacks rights", "permission denied", "42501");
    }

    private static JsonNode post(Node node, String path, Map<String, ?> body) {
        Http.Answer answer = node.http().post(path, node.operator(), Http.JSON.writeValueAsString(body));
        assertThat(answer.status()).as(answer.body()).isBetween(200, 299);
        return answer.json();
    }

    private static int call(Node node, JsonNode key) {
        return node.http().post(CHAT, key.get("credential").asString(), BODY).status();
    }

    private static long usage(Node node) {
        return node.http()
                .get("/api/projects/acme/usage", node.operator())
                .expect(200)
                .body()
                .length();
    }
}
