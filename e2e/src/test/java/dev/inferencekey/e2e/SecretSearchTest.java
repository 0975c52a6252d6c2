package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.inferencekey.e2e.RunningPlatform.Minted;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Uses, misuses and abuses one of each secret on a platform that logs at trace level, then looks for them in every byte that the
 * platform emitted: answers, files, console, and the command lines and environments of the processes that it started.
 */
class SecretSearchTest {
    private static final String UPSTREAM_SECRET = "upstream-secret-that-nobody-may-see-again";

    private static final String NEW_PASSWORD = "an even better horse battery";

    @Test
    void aSecretIsFoundNowhereButInTheAnswerThatCreatedIt(@TempDir Path temp) throws IOException {
        Map<String, String> secrets = new LinkedHashMap<>();
        ByteArrayOutputStream console = new ByteArrayOutputStream();
        PrintStream out = System.out;
        PrintStream err = System.err;
        PrintStream capture = new PrintStream(console, true, StandardCharsets.UTF_8);
        System.setOut(capture);
        System.setErr(capture);
        String processes;
        List<String> received;
        String operator;
        try (FakeUpstream upstream = new FakeUpstream();
                RunningPlatform platform = RunningPlatform.start(temp)) {
            operator = platform.operator;
            tellTheStory(platform, upstream, secrets);
            processes = processesBelowThisOne();
            received = List.copyOf(platform.http.received);
        } finally {
            System.setOut(out);
            System.setErr(err);
        }

        assertThat(secrets).hasSizeGreaterThan(6);
        secrets.forEach((name, secret) -> {
            List<String> answersThatShowIt =
                    received.stream().filter(answer -> shows(answer, secret)).toList();
            boolean shownAtCreation = !name.equals("upstream secret") && !name.endsWith("password");
            assertThat(answersThatShowIt).as("answers that show the " + name).hasSize(shownAtCreation ? 1 : 0);
            assertThat(shows(processes, secret))
                    .as("the " + name + " in the process list")
                    .isFalse();
            assertThat(shows(console.toString(StandardCharsets.UTF_8), secret))
                    .as("the " + name + " on the console")
                    .isFalse();
            assertThat(filesThatShow(temp, secret))
                    .as("files that show the " + name)
                    .isEmpty();
        });
        assertThat(received).noneMatch(answer -> shows(answer, secretPart(operator)));
        assertThat(Files.readString(temp.resolve("logs/server.log"))).contains("\"DEBUG\"");
    }

    private static void tellTheStory(RunningPlatform platform, FakeUpstream upstream, Map<String, String> secrets)
            throws IOException {
        Http http = platform.http;
        platform.createProject("acme");

        Minted token = platform.mintToken("acme");
        Minted key = platform.mintKey("acme", "acme/*");
        Minted revoked = platform.mintKey("acme", "acme/*");
        secrets.put("token", secretPart(token.credential()));
        secrets.put("key", secretPart(key.credential()));
        secrets.put("revoked key", secretPart(revoked.credential()));
        for (String kind : new String[] {"tokens", "keys"}) {
            Minted old = kind.equals("keys") ? platform.mintKey("acme", "acme/*") : platform.mintToken("acme");
            String fresh = http.post(
                            "/api/projects/acme/" + kind + "/" + old.id() + "/rotate",
                            platform.operator,
                            "{\"overlap_seconds\":60}")
                    .expect(200)
                    .json()
                    .get("credential")
                    .asString();
            secrets.put("rotated-out of " + kind, secretPart(old.credential()));
            secrets.put("rotated-in of " + kind, secretPart(fresh));
        }
        platform.change("acme", "keys", revoked, "revoke");

        http.post(
                        "/api/projects/acme/members",
                        platform.operator,
                        RunningPlatform.json(Map.of(
                                "email", "a@example.com", "role", "admin", "initial_password", Callers.PASSWORD)))
                .expect(201);
        secrets.put("password", Callers.PASSWORD);
        String session = http.post(
                        "/api/sessions",
                        null,
                        RunningPlatform.json(Map.of("email", "a@example.com", "password", Callers.PASSWORD)))
                .expect(201)
                .json()
                .get("session")
                .asString();
        secrets.put("session", secretPart(session));
        http.send(
                        "PUT",
                        "/api/password",
                        session,
                        RunningPlatform.json(Map.of("password", Callers.PASSWORD, "new_password", NEW_PASSWORD)))
                .expect(204);
        secrets.put("new password", NEW_PASSWORD);
        String invitation = http.post("/api/projects/acme/invitations", session, "{\"role\":\"viewer\"}")
                .expect(201)
                .json()
                .get("link")
                .asString();
        secrets.put("invitation", secretPart(invitation));
        String ownerLink = http.post("/api/owner-links", platform.operator, "{}")
                .expect(201)
                .json()
                .get("link")
                .asString();
        secrets.put("owner link", secretPart(ownerLink));
        http.post(
                        "/api/sessions",
                        null,
                        RunningPlatform.json(Map.of("email", "b@example.com", "password", Callers.PASSWORD)))
                .expect(401);

        http.send(
                        "PUT",
                        "/api/projects/acme/secrets/openai",
                        platform.operator,
                        RunningPlatform.json(Map.of("value", UPSTREAM_SECRET, "hosts", List.of("127.0.0.1"))))
                .expect(204);
        secrets.put("upstream secret", UPSTREAM_SECRET);
        platform.create(
                "acme",
                Map.of(
                        "name", "outside",
                        "slug", "outside",
                        "backend", "external",
                        "model_name", "m",
                        "config", Map.of("base_url", upstream.url(), "secret_ref", "openai")));
        platform.awaitReady("acme", "outside");
        LlamaWorkloads.createChat(platform, "acme", "chat");

        String chat = "{\"model\":\"x\",\"max_tokens\":3,\"messages\":[{\"role\":\"user\",\"content\":\""
                + key.credential() + "\"}]}";
        http.post("/endpoint/acme/chat/v1/chat/completions", key.credential(), chat.replace(key.credential(), "Hi"))
                .expect(200);
        http.post("/endpoint/acme/outside/v1/chat/completions", key.credential(), chat.replace(key.credential(), "Hi"))
                .expect(200);
        assertThat(upstream.authorizations).contains("Bearer " + UPSTREAM_SECRET);
        http.post("/endpoint/acme/chat/v1/chat/completions", revoked.credential(), chat)
                .expect(401);
        http.post("/endpoint/acme/chat/v1/chat/completions", token.credential(), chat)
                .expect(403);
        http.get("/api/projects/acme/workloads", key.credential()).expect(403);
        http.get("/api/projects/acme/workloads?token=" + token.credential(), token.credential())
                .expect(400);
        http.get("/api/" + key.credential() + "/x", token.credential());
        http.get("/endpoint/acme/" + key.credential() + "/v1/models", key.credential());
        http.get("/endpoint/acme/chat/" + token.credential() + "?key=" + key.credential(), key.credential());
        http.post("/api/projects/acme/workloads", token.credential(), "{\"" + key.credential() + "\":1}")
                .expect(400);
        for (String field : new String[] {"name", "description", "model_name", "worker_id"}) {
            Map<String, Object> declaration =
                    new LinkedHashMap<>(Map.of("name", "n", "slug", "leak", "backend", "simulator", "model_name", "m"));
            declaration.put(field, key.credential());
            http.post("/api/projects/acme/workloads", token.credential(), RunningPlatform.json(declaration))
                    .expect(400);
        }
        http.post(
                        "/api/projects/acme/workloads",
                        token.credential(),
                        RunningPlatform.json(Map.of(
                                "name", "n",
                                "slug", "leak",
                                "backend", "llamacpp",
                                "model_name", "m",
                                "config", Map.of("command", "llama-server --api-key " + key.credential()))))
                .expect(400);
        http.post(
                "/api/projects/acme/keys",
                session,
                "{\"name\":\"" + token.credential() + "\",\"grants\":[\"acme/*\"]}");
        for (String list :
                new String[] {"tokens", "keys", "members", "secrets", "audit", "usage", "usage/records", "invitations"
                }) {
            http.get("/api/projects/acme/" + list, session).expect(200);
        }
    }

    /** The part that must not be seen; the public id may. */
    private static String secretPart(String credential) {
        return credential.substring(credential.lastIndexOf('_') + 1);
    }

    /** As it is, in upper case, in Base64, or half of it. */
    private static boolean shows(String text, String secret) {
        String half = secret.substring(0, secret.length() / 2);
        String otherHalf = secret.substring(secret.length() / 2);
        String encoded = Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8));
        return text.contains(half)
                || text.contains(otherHalf)
                || text.contains(secret.toUpperCase(Locale.ROOT))
                || text.contains(encoded.substring(0, encoded.length() - 4));
    }

    private static List<Path> filesThatShow(Path folder, String secret) {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (shows(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1), secret)) {
                    found.add(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static String processesBelowThisOne() {
        StringBuilder seen = new StringBuilder();
        List<ProcessHandle> handles = ProcessHandle.current().descendants().toList();
        assertThat(handles).as("the engine runs as a process of its own").isNotEmpty();
        for (ProcessHandle handle : handles) {
            for (String file : new String[] {"cmdline", "environ"}) {
                try {
                    seen.append(Files.readString(
                            Path.of("/proc", String.valueOf(handle.pid()), file), StandardCharsets.ISO_8859_1));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        return seen.toString();
    }

    /** Somebody else's OpenAI-compatible server, which notes with what secret it was called. */
    private static final class FakeUpstream implements AutoCloseable {
        final List<String> authorizations = Collections.synchronizedList(new ArrayList<>());
        private final HttpServer server;

        FakeUpstream() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
                exchange.getRequestBody().readAllBytes();
                byte[] answer = "{\"choices\":[],\"data\":[]}".getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
                exchange.close();
            });
            server.start();
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
