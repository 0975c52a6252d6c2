package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.e2e.Http.Answer;
import dev.inferencekey.e2e.RunningPlatform.Minted;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Budgets from the API that sets them to the call that hears of them, and to the bill. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BudgetsTest {
    private static final String CHAT =
            "{\"model\":\"bot\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":20}";
    private static final String STREAM = CHAT.replace("\"max_tokens\"", "\"stream\":true,\"max_tokens\"");

    private RunningPlatform platform;

    @BeforeAll
    void start(@TempDir Path temp) throws IOException {
        platform = RunningPlatform.start(temp);
        for (String project : List.of("acme", "globex")) {
            platform.createProject(project);
            platform.createSimulated(
                    project,
                    "bot",
                    "text2text",
                    Map.of("ttft_ms", 0, "tokens_per_second", 10_000, "output_tokens", 20));
        }
        platform.http
                .send(
                        "PUT",
                        "/api/projects/acme/prices/bot",
                        platform.operator,
                        "{\"input_per_million\":\"1\",\"output_per_million\":\"2\"}")
                .expect(200);
    }

    @AfterAll
    void stop() {
        platform.close();
    }

    private Answer chat(String project, Minted key, String body) {
        return platform.http.post("/endpoint/" + project + "/bot/v1/chat/completions", key.credential(), body);
    }

    private static String header(Answer answer, String name) {
        return answer.raw().headers().firstValue(name).orElse("");
    }

    private Minted key(String project, String budget) {
        return RunningPlatform.minted(platform.http.post(
                "/api/projects/" + project + "/keys",
                platform.operator,
                "{\"name\":\"test\",\"grants\":[\"" + project + "/*\"],\"budget\":" + budget + "}"));
    }

    private JsonNode spending(String path) {
        return platform.http
                .get("/api/projects/" + path + "/budget", platform.operator)
                .expect(200)
                .json()
                .path("spending")
                .path(0);
    }

    private JsonNode spending(Minted key) {
        return spending("acme/keys/" + key.id());
    }

    private static long amount(JsonNode spending, String field) {
        return Long.parseLong(spending.path(field).asString());
    }

    @Test
    void aBudgetIsSpentAndNoMoreAndTellsWhenItResets() {
        Minted key = key("acme", "{\"tokens\":1000,\"period\":\"day\",\"zone\":\"Europe/Berlin\"}");
        long used = 0;
        Answer answer = chat("acme", key, CHAT);
        while (answer.status() == 200) {
            used += answer.json().path("usage").path("total_tokens").asLong();
            answer = chat("acme", key, CHAT);
        }
        assertThat(answer.expect(429).code()).isEqualTo("budget_exceeded");
        assertThat(Long.parseLong(header(answer, "retry-after"))).isBetween(1L, 86_400L);
        JsonNode spending = spending(key);
        assertThat(answer.json().path("error").path("resets_at").asString())
                .isEqualTo(spending.path("resets_at").asString());
        assertThat(amount(spending, "spent")).isEqualTo(used).isLessThanOrEqualTo(1_000);
        // What is left is less than a call may need: its bytes, and the answer that it asks for.
        assertThat(used).isGreaterThan(1_000 - CHAT.length() - 20);
        platform.letPass(Duration.ofDays(1));
        chat("acme", key, CHAT).expect(200);
    }

    @Test
    void aBudgetInDollarsIsTheSumOfWhatItsCallsCost() {
        Minted key = key("acme", "{\"usd\":\"0.0005\",\"period\":\"total\"}");
        Answer answer = chat("acme", key, STREAM);
        assertThat(answer.body()).contains("[DONE]");
        for (int i = 0; answer.status() == 200; i++) {
            answer = chat("acme", key, i % 2 == 0 ? CHAT : STREAM);
        }
        assertThat(answer.expect(429).code()).isEqualTo("budget_exceeded");
        assertThat(header(answer, "retry-after")).isEmpty();
        BigDecimal spent = new BigDecimal(spending(key).path("spent").asString());
        assertThat(spent).isPositive().isLessThanOrEqualTo(new BigDecimal("0.0005"));
        Awaitility.await("usage is imported")
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(costs(key)).isEqualByComparingTo(spent));
    }

    private BigDecimal costs(Minted key) {
        BigDecimal sum = BigDecimal.ZERO;
        JsonNode records = platform.http
                .get("/api/projects/acme/usage/records?limit=1000&key=" + key.id(), platform.operator)
                .expect(200)
                .json();
        for (JsonNode each : records) {
            if (each.path("cost_usd").isString()) {
                sum = sum.add(new BigDecimal(each.path("cost_usd").asString()));
            }
        }
        return sum;
    }

    @Test
    void ofManyCallsAtOnceSoManyAreServedAsTheBudgetHas() throws Exception {
        Minted key = key("acme", "{\"tokens\":6000,\"period\":\"total\"}");
        List<Future<Long>> calls = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 40; i++) {
                calls.add(threads.submit(() -> {
                    long used = 0;
                    Answer answer = chat("acme", key, CHAT);
                    while (answer.status() == 200) {
                        used += answer.json().path("usage").path("total_tokens").asLong();
                        answer = chat("acme", key, CHAT);
                    }
                    assertThat(answer.expect(429).code()).isEqualTo("budget_exceeded");
                    return used;
                }));
            }
        }
        long used = 0;
        for (Future<Long> call : calls) {
            used += call.get();
        }
        assertThat(used).isBetween(6_000L - CHAT.length() - 20, 6_000L);
        assertThat(amount(spending(key), "spent")).isEqualTo(used);
    }

    @Test
    void aProjectsBudgetCoversAllKeysAndTellsOfCallsWithoutAPrice() {
        Minted key = platform.mintKey("globex", "globex/*");
        String budget = "/api/projects/globex/budget";
        platform.http.send("PUT", budget, platform.operator, "{\"usd\":\"1\"}").expect(200);
        assertThat(chat("globex", key, CHAT).expect(403).code()).isEqualTo("price_missing");
        platform.http
                .send("PUT", budget, platform.operator, "{\"usd\":\"1\",\"unpriced_calls\":\"free\"}")
                .expect(200);
        assertThat(header(chat("globex", key, CHAT).expect(200), "x-inferencekey-budget"))
                .isEqualTo("not counted: no price");
        platform.http
                .send(
                        "PUT",
                        "/api/projects/globex/prices/bot",
                        platform.operator,
                        "{\"input_per_million\":\"100\",\"output_per_million\":\"100\"}")
                .expect(200);
        chat("globex", key, CHAT).expect(200);
        assertThat(new BigDecimal(spending("globex").path("spent").asString())).isPositive();
        platform.http.send("PUT", budget, platform.operator, "{}").expect(200);
        chat("globex", key, CHAT).expect(200);
    }
}
