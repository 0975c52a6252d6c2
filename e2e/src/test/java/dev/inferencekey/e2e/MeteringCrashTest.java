package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * {@code kill -9} at a random moment under load: every answer that a client has whole is in the bill after the restart, once. {@code
 * -Dinferencekey.metering.rounds=200} is the long form.
 */
class MeteringCrashTest {
    private static final int ROUNDS = Integer.getInteger("inferencekey.metering.rounds", 4);
    private static final int CALLERS = 8;
    private static final int MOST_ANSWERS_BEFORE_THE_KILL = 600;
    private final Queue<String> single = new ConcurrentLinkedQueue<>();
    private final Queue<String> streamed = new ConcurrentLinkedQueue<>();

    @Test
    @Timeout(3_600)
    void everyAnswerThatAClientHasWholeIsBilledOnceAfterAKill(@TempDir Path home) throws Exception {
        Ik ik = new Ik(home);
        Path data = home.resolve("data");
        Random random = new Random(5);
        String key = "";
        int unanswered = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Ik.Server server = ik.server(data);
            if (round == 0) {
                key = setUp(server);
            }
            unanswered += checkBill(server, round - 1);
            loadAndKill(server, key, round, 1 + random.nextInt(MOST_ANSWERS_BEFORE_THE_KILL));
        }
        try (Ik.Server server = ik.server(data)) {
            unanswered += checkBill(server, ROUNDS - 1);
        }
        System.out.printf(
                "metering after kill -9: %d rounds, %d single answers and %d streams whole, all billed once;"
                        + " %d more were billed whose answer was under way%n",
                ROUNDS, single.size(), streamed.size(), unanswered);
        assertThat(single).hasSizeGreaterThan(ROUNDS);
        assertThat(streamed).hasSizeGreaterThan(ROUNDS);
    }

    private static String setUp(Ik.Server server) throws IOException {
        Http http = server.http();
        String operator = server.operator();
        http.post("/api/projects", operator, "{\"name\":\"acme\"}").expect(201);
        http.post(
                        "/api/projects/acme/workloads",
                        operator,
                        RunningPlatform.json(Map.of(
                                "name", "bot",
                                "slug", "bot",
                                "backend", "simulator",
                                "model_name", "sim",
                                "config", Map.of("ttft_ms", 1, "tokens_per_second", 5_000, "output_tokens", 10))))
                .expect(201);
        return RunningPlatform.minted(
                        http.post("/api/projects/acme/keys", operator, "{\"name\":\"k\",\"grants\":[\"acme/bot\"]}"))
                .credential();
    }

    private void loadAndKill(Ik.Server server, String key, int round, int killAfter) throws InterruptedException {
        Http http = server.http();
        Awaitility.await("the workload serves")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> http.get("/endpoint/acme/bot/v1/models", key).status() == 200);
        CountDownLatch enough = new CountDownLatch(killAfter);
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            boolean stream = i % 2 == 1;
            String prefix = prefix(round) + i + "-";
            callers.add(Thread.ofPlatform()
                    .name("caller-" + i)
                    .start(() -> callUntilTheServerIsGone(server.url(), key, prefix, stream, enough)));
        }
        boolean loaded = enough.await(120, TimeUnit.SECONDS);
        server.kill();
        for (Thread caller : callers) {
            assertThat(caller.join(Duration.ofSeconds(60))).isTrue();
        }
        assertThat(loaded).as("round %s had its load", round).isTrue();
    }

    private void callUntilTheServerIsGone(
            URI server, String key, String prefix, boolean stream, CountDownLatch enough) {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            for (int i = 0; ; i++) {
                String id = prefix + i;
                HttpRequest request = HttpRequest.newBuilder(server.resolve("/endpoint/acme/bot/v1/chat/completions"))
                        .timeout(Duration.ofSeconds(30))
                        .header("Authorization", "Bearer " + key)
                        .header("Content-Type", "application/json")
                        .header("X-Request-Id", id)
                        .POST(BodyPublishers.ofString("{\"model\":\"bot\",\"stream\":" + stream
                                + ",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}"))
                        .build();
                HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
                if (response.statusCode() != 200) {
                    throw new AssertionError("status " + response.statusCode());
                }
                if (!isWhole(response.body(), stream)) {
                    return;
                }
                (stream ? streamed : single).add(id);
                enough.countDown();
            }
        } catch (IOException killed) {
            // The server is gone in the middle of a request: this client has no answer.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads to the end; false if the answer broke off before it was whole. */
    private static boolean isWhole(InputStream body, boolean stream) {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try (body) {
            body.transferTo(read);
            return true;
        } catch (IOException brokenOff) {
            // Where OpenAI's clients stop to read, whatever becomes of the connection afterwards.
            return stream && read.toString(StandardCharsets.UTF_8).endsWith("data: [DONE]\n\n");
        }
    }

    /** Waits until everything whole of that round is in the bill, and says how much more of it is. */
    private int checkBill(Ik.Server server, int round) throws IOException {
        if (round < 0) {
            return 0;
        }
        Set<String> whole = new TreeSet<>();
        single.stream().filter(id -> id.startsWith(prefix(round))).forEach(whole::add);
        streamed.stream().filter(id -> id.startsWith(prefix(round))).forEach(whole::add);
        Http http = server.http();
        String operator = server.operator();
        Map<String, Integer> billed = new HashMap<>();
        Awaitility.await("round " + round + " is billed")
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(100))
                .pollDelay(Duration.ZERO)
                .untilAsserted(() -> {
                    billed.clear();
                    billed.putAll(billed(http, operator, prefix(round)));
                    Set<String> missing = new TreeSet<>(whole);
                    missing.removeAll(billed.keySet());
                    assertThat(missing).as("whole, but not billed").isEmpty();
                });
        assertThat(billed.values()).as("how often each is billed").containsOnly(1);
        return billed.size() - whole.size();
    }

    /** How often each request of a round is in the bill. */
    private static Map<String, Integer> billed(Http http, String operator, String prefix) {
        Map<String, Integer> counts = new HashMap<>();
        String page = "/api/projects/acme/usage/records?limit=200";
        while (true) {
            Http.Answer answer = http.get(page, operator).expect(200);
            for (JsonNode usage : answer.json()) {
                String id = usage.get("request_id").asString();
                if (id.startsWith(prefix)) {
                    counts.merge(id, 1, Integer::sum);
                } else if (id.startsWith("round-")) {
                    // Newest first: the rest is of earlier rounds.
                    return counts;
                }
            }
            String link = answer.raw().headers().firstValue("Link").orElse("");
            if (link.isEmpty()) {
                return counts;
            }
            page = link.substring(link.indexOf('<') + 1, link.indexOf('>'));
        }
    }

    private static String prefix(int round) {
        return "round-" + round + "-";
    }
}
