package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.limit.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Limits per minute, over real sockets. */
@Tag("slow")
final class LimitsTest {
    private static final String USAGE_30 =
            "{\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":20,\"total_tokens\":30}}";

    private final GatewayFixture gateway = new GatewayFixture();
    private final FakeModelServer model = FakeModelServer.answering("application/json", USAGE_30);

    LimitsTest() {
        gateway.serve("bot", model);
    }

    @AfterEach
    void close() throws IOException {
        gateway.close();
        model.close();
    }

    private static Limits requests(int limit) {
        return new Limits(limit, null, null);
    }

    private static Limits tokens(int limit) {
        return new Limits(null, limit, null);
    }

    private RawClient.Answer chat(LiveKey key, String body) throws IOException {
        return gateway.post(CHAT, key.reveal(), body);
    }

    private int status(LiveKey key) throws IOException {
        return chat(key, BODY).status();
    }

    /** A body that asks for this many tokens of output. */
    private static String asking(int tokens) {
        return "{\"messages\":[],\"max_tokens\":" + tokens + "}";
    }

    private void minutePasses() {
        gateway.leap.addAndGet(TimeUnit.SECONDS.toNanos(61));
    }

    @Test
    void withoutLimitsNoHeaderTellsOfAny() throws IOException {
        assertThat(gateway.chat(BODY).headers().keySet()).noneMatch(name -> name.startsWith("x-ratelimit"));
    }

    @Test
    void aKeyGetsItsRequestsPerMinuteAndThenAnAnswerThatTellsWhenToComeBack() throws IOException {
        LiveKey key = gateway.mintLimited("key_l", requests(2));
        RawClient.Answer first = chat(key, BODY);
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.header("x-ratelimit-limit-requests")).isEqualTo("2");
        assertThat(first.header("x-ratelimit-remaining-requests")).isEqualTo("1");
        assertThat(first.header("x-ratelimit-reset-requests")).isEqualTo("1m0s");
        assertThat(first.headers()).doesNotContainKeys("x-ratelimit-limit-tokens", "retry-after");
        assertThat(chat(key, BODY).header("x-ratelimit-remaining-requests")).isEqualTo("0");

        RawClient.Answer refused = chat(key, BODY);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("x-ratelimit-limit-requests")).isEqualTo("2");
        assertThat(refused.header("x-ratelimit-remaining-requests")).isEqualTo("0");
        assertThat(refused.header("x-ratelimit-reset-requests")).matches("1m0s|5[0-9]s");
        assertThat(Integer.parseInt(refused.header("retry-after"))).isBetween(55, 60);
        assertThat(refused.body())
                .isEqualTo(
                        "{\"error\":{\"message\":\"this key has reached its limit of 2 requests per minute; try again in "
                                + refused.header("retry-after")
                                + " seconds\",\"type\":\"rate_limit_error\",\"code\":\"rate_limit_exceeded\",\"param\":null}}");
        assertThat(status(gateway.key)).isEqualTo(200);

        gateway.leap.addAndGet(TimeUnit.SECONDS.toNanos(Integer.parseInt(refused.header("retry-after"))));
        assertThat(status(key)).isEqualTo(200);
    }

    @Test
    void whatALimitRefusesIsMeteredAndReachesNoModelServer() throws IOException {
        LiveKey key = gateway.mintLimited("key_l", requests(1));
        assertThat(status(key)).isEqualTo(200);
        assertThat(gateway.record().status()).isEqualTo(200);
        assertThat(status(key)).isEqualTo(429);
        UsageRecord refused = gateway.record();
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.keyId()).isEqualTo("key_l");
        assertThat(refused.workloadSlug()).isEqualTo("bot");
        assertThat(refused.model()).isNull();
        assertThat(model.seen()).isEqualTo(1);
    }

    @Test
    void aWorkloadsLimitHoldsForAllKeysTogetherAndForNoOtherWorkload() throws IOException {
        gateway.limitBot(requests(2));
        gateway.serve("embedder", model);
        assertThat(status(gateway.key)).isEqualTo(200);
        assertThat(status(gateway.mintFor("bot"))).isEqualTo(200);
        RawClient.Answer refused = gateway.chat(BODY);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.body()).contains("the workload \\\"bot\\\" has reached its limit of 2 requests per minute");
        assertThat(gateway.post("/endpoint/acme/embedder/v1/embeddings", gateway.key.reveal(), BODY)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void allSecretsOfAKeyShareItsLimit() throws IOException {
        LiveKey old = LiveKey.mint(gateway.random);
        LiveKey fresh = LiveKey.mint(gateway.random);
        gateway.changes.putKey(GatewayFixture.entry(
                "key_l", "acme", Grants.ofEntireProject(), CredentialState.ACTIVE, null, requests(1), fresh, old));
        assertThat(status(old)).isEqualTo(200);
        assertThat(status(fresh)).isEqualTo(429);
    }

    @Test
    void aChangedLimitHoldsAtOnceAndKeepsWhatWasCounted() throws IOException {
        LiveKey key = gateway.mintLimited("key_l", requests(1));
        assertThat(status(key)).isEqualTo(200);
        assertThat(status(key)).isEqualTo(429);
        gateway.limit("key_l", key, requests(2));
        assertThat(status(key)).isEqualTo(200);
        assertThat(status(key)).isEqualTo(429);
        gateway.limit("key_l", key, Limits.NONE);
        assertThat(status(key)).isEqualTo(200);
    }

    @Test
    void takingALimitOffAndSettingItAgainGivesNoNewMinute() throws IOException {
        LiveKey key = gateway.mintLimited("key_l", requests(1));
        gateway.limitBot(requests(1));
        assertThat(status(key)).isEqualTo(200);

        gateway.limit("key_l", key, Limits.NONE);
        gateway.limit("key_l", key, requests(1));
        gateway.limitBot(Limits.NONE);
        assertThat(status(key)).isEqualTo(429);

        gateway.limit("key_l", key, Limits.NONE);
        gateway.limitBot(requests(1));
        assertThat(status(key)).isEqualTo(429);
    }

    @Test
    void limitsComeAfterExistenceAndBeforeTheBody() throws IOException {
        LiveKey key = gateway.mintLimited("key_l", requests(1));
        assertThat(status(key)).isEqualTo(200);
        assertThat(gateway.post("/endpoint/acme/none/v1/completions", key.reveal(), BODY)
                        .status())
                .isEqualTo(404);
        assertThat(gateway.post("/endpoint/acme/bot/v1/embeddings", key.reveal(), BODY)
                        .status())
                .isEqualTo(404);
        assertThat(chat(key, "not json").status()).isEqualTo(429);
        try (RawClient client = gateway.client()) {
            client.send(RawClient.postHead(CHAT, key.reveal(), "Content-Length: 1000", "Expect: 100-continue"));
            assertThat(client.answer().status()).isEqualTo(429);
        }
    }

    @Test
    void aRequestThatIsRefusedForItsBodyCountsAndOneThatALimitRefusesDoesNot() throws IOException {
        LiveKey key = gateway.mintLimited("key_l", new Limits(3, 1000, null));
        assertThat(chat(key, "not json").status()).isEqualTo(400);
        assertThat(chat(key, asking(900)).status()).isEqualTo(200);
        RawClient.Answer refused = chat(key, asking(980));
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("x-ratelimit-remaining-requests")).isEqualTo("1");
        assertThat(chat(key, asking(10)).status()).isEqualTo(200);
        assertThat(chat(key, asking(10)).status()).isEqualTo(429);
    }

    @Test
    void askingWhichModelIsServedIsNotLimited() throws IOException {
        LiveKey key = gateway.mintLimited("key_l", requests(1));
        for (int i = 0; i < 3; i++) {
            try (RawClient client = gateway.client()) {
                client.get("/endpoint/acme/bot/v1/models", key.reveal());
                assertThat(client.answer().status()).isEqualTo(200);
            }
        }
        assertThat(status(key)).isEqualTo(200);
    }

    @Test
    void whatWasReallyUsedTakesThePlaceOfWhatWasExpected() throws IOException {
        LiveKey key = gateway.mintLimited("key_l", tokens(1000));
        RawClient.Answer first = chat(key, asking(900));
        assertThat(first.header("x-ratelimit-limit-tokens")).isEqualTo("1000");
        assertThat(first.header("x-ratelimit-remaining-tokens")).isEqualTo("92");
        assertThat(first.header("x-ratelimit-reset-tokens")).isEqualTo("1m0s");
        assertThat(first.headers()).doesNotContainKey("x-ratelimit-limit-requests");
        // 30 tokens were used; this one is expected to need 8 for its body and 900 for its answer.
        assertThat(chat(key, asking(900)).header("x-ratelimit-remaining-tokens"))
                .isEqualTo("62");
    }

    @Test
    void usageBeyondTheLimitHoldsLaterRequestsBack() throws IOException {
        LiveKey key = gateway.mintLimited("key_l", tokens(20));
        assertThat(chat(key, "{\"max_tokens\":1}").status()).isEqualTo(200);
        RawClient.Answer refused = chat(key, "{\"max_tokens\":1}");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("x-ratelimit-remaining-tokens")).isEqualTo("0");
        assertThat(refused.body())
                .contains(
                        "this key has reached its limit of 20 tokens per minute: the request may need more than the 0");
        minutePasses();
        assertThat(chat(key, "{\"max_tokens\":1}").status()).isEqualTo(200);
    }

    @Test
    void theTokensOfAWorkloadAreCountedOverAllKeys() throws IOException {
        gateway.limitBot(tokens(50));
        assertThat(chat(gateway.key, asking(1)).status()).isEqualTo(200);
        assertThat(chat(gateway.mintFor("bot"), asking(20)).status()).isEqualTo(429);
        assertThat(chat(gateway.mintFor("bot"), asking(1)).status()).isEqualTo(200);
    }

    @Test
    void aBodyThatIsTooLongForWhatIsLeftIsRefusedBeforeItIsSent() throws IOException {
        LiveKey key = gateway.mintLimited("key_l", tokens(1000));
        assertThat(chat(key, asking(1)).status()).isEqualTo(200);
        RawClient.Answer refused = chat(key, "{\"x\":\"" + "no file ".repeat(490) + "\"}");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("x-ratelimit-remaining-tokens")).isEqualTo("970");
        assertThat(model.seen()).isEqualTo(1);
    }

    @Test
    void aTextThatIsTooLongForWhatIsLeftIsRefusedBeforeAModelServerHasAllOfIt() throws IOException {
        LiveKey key = gateway.mintLimited("key_l", tokens(50_000));
        assertThat(chat(key, asking(1)).status()).isEqualTo(200);
        model.leaveBodies();
        model.script((_, exchange) -> exchange.waitForClose());
        RawClient.Answer refused = chat(key, "{\"max_tokens\":1,\"x\":\"" + "no file ".repeat(40_000) + "\"}");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("x-ratelimit-remaining-tokens")).isEqualTo("49970");
    }

    @Test
    void aPictureInTheBodyIsNotCountedAsText() throws IOException {
        LiveKey key = gateway.mintLimited("key_l", tokens(30_000));
        assertThat(chat(key, asking(1)).status()).isEqualTo(200);
        byte[] bytes = new byte[800_000];
        new java.util.Random(1).nextBytes(bytes);
        String picture = java.util.Base64.getEncoder().encodeToString(bytes);
        String before = "{\"model\":\"bot\",\"max_tokens\":100,\"messages\":[{\"role\":\"user\",\"content\":[";
        for (String part : new String[] {
            "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/jpeg;base64,%s\"}}",
            "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"%s\",\"format\":\"wav\"}}",
            "{\"type\":\"text\",\"text\":\"" + "a long talk ".repeat(6_000)
                    + "\"},{\"type\":\"file\",\"file\":{\"file_data\":\"%s\"}}",
        }) {
            RawClient.Answer answer = chat(key, before + part.formatted(picture) + "]}]}");
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        }
        // 30 tokens of each of the four were used.
        assertThat(chat(key, asking(1)).header("x-ratelimit-remaining-tokens"))
                .isEqualTo(Integer.toString(30_000 - 4 * 30 - 9));
    }

    @Test
    void aBodyOfUnknownLengthIsCountedWhenItHasCome() throws IOException {
        LiveKey key = gateway.mintLimited("key_l", tokens(1000));
        assertThat(chat(key, asking(1)).status()).isEqualTo(200);
        String body = "{\"messages\":[],\"max_tokens\":1,\"x\":\"" + "no file ".repeat(500) + "\"}";
        try (RawClient client = gateway.client()) {
            client.send(RawClient.postHead(CHAT, key.reveal(), "Transfer-Encoding: chunked")
                    + Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(429);
        }
    }

    @Test
    void outputThatIsNotBoundedIsExpectedToBeOfMiddlingLength() throws IOException {
        LiveKey key = gateway.mintLimited("key_l", tokens(1000));
        assertThat(chat(key, BODY).header("x-ratelimit-remaining-tokens")).isEqualTo("736");
        minutePasses();
        assertThat(chat(key, "{\"max_completion_tokens\":100}").header("x-ratelimit-remaining-tokens"))
                .isEqualTo("892");
        minutePasses();
        assertThat(chat(key, "{\"max_tokens\":null,\"max_output_tokens\":-1}").header("x-ratelimit-remaining-tokens"))
                .isEqualTo("733");
        minutePasses();
        gateway.serve("embedder", model);
        assertThat(gateway.post("/endpoint/acme/embedder/v1/embeddings", key.reveal(), "{\"input\":\"hello\"}")
                        .header("x-ratelimit-remaining-tokens"))
                .isEqualTo("995");
    }

    @Test
    void aRequestThatMayNeedMoreThanTheWholeLimitIsServedWhenNothingElseWasUsed() throws IOException {
        LiveKey key = gateway.mintLimited("key_l", tokens(100));
        assertThat(chat(key, asking(1_000_000)).status()).isEqualTo(200);
        assertThat(chat(key, asking(1_000_000)).status()).isEqualTo(429);
        minutePasses();
        assertThat(chat(key, asking(1_000_000)).status()).isEqualTo(200);
    }

    @Test
    void tokensThatNoModelServerUsedAreGivenBack() throws IOException {
        LiveKey key = gateway.mintLimited("key_l", tokens(1000));
        model.script((_, exchange) -> exchange.whole(500, "application/json", "{\"error\":{}}"));
        assertThat(chat(key, asking(900)).status()).isEqualTo(500);
        model.script((_, exchange) -> exchange.close());
        assertThat(chat(key, asking(900)).status()).isEqualTo(502);
        assertThat(chat(key, "{\"max_tokens\":900,").status()).isEqualTo(400);
        model.script((_, exchange) -> exchange.whole(200, "application/json", "{}"));
        assertThat(chat(key, asking(900)).status()).isEqualTo(200);
        assertThat(chat(key, asking(900)).status()).isEqualTo(429);
    }

    @Test
    void aStreamIsSettledByItsUsageChunk() throws IOException {
        LiveKey key = gateway.mintLimited("key_l", tokens(1000));
        model.script((_, exchange) -> {
            exchange.startStream();
            exchange.chunk("data: {\"choices\":[{}]}\n\ndata: " + USAGE_30 + "\n\ndata: [DONE]\n\n");
            exchange.endStream();
        });
        RawClient.Answer first = chat(key, "{\"stream\":true,\"max_tokens\":900}");
        assertThat(first.body()).endsWith("data: [DONE]\n\n");
        assertThat(first.header("x-ratelimit-remaining-tokens")).isEqualTo("92");
        assertThat(chat(key, "{\"stream\":true,\"max_tokens\":900}").header("x-ratelimit-remaining-tokens"))
                .isEqualTo("62");
    }

    @Test
    void manyClientsAtOnceGetExactlyTheLimit() throws Exception {
        LiveKey key = gateway.mintLimited("key_l", requests(50));
        gateway.limitBot(requests(60));
        Callable<List<Integer>> caller = () -> {
            List<Integer> statuses = new ArrayList<>();
            try (RawClient client = gateway.client()) {
                for (int i = 0; i < 20; i++) {
                    statuses.add(client.post(CHAT, key.reveal(), BODY).answer().status());
                }
            }
            return statuses;
        };
        List<Integer> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(
                8, Thread.ofPlatform().name("limit-caller-", 0).factory())) {
            for (Future<List<Integer>> one : threads.invokeAll(Collections.nCopies(8, caller))) {
                all.addAll(one.get());
            }
        }
        assertThat(all).hasSize(160).containsOnly(200, 429);
        assertThat(all.stream().filter(status -> status == 200)).hasSize(50);
        assertThat(model.seen()).isEqualTo(50);
        // What the key's limit refused was not counted for the workload.
        for (int i = 0; i < 10; i++) {
            assertThat(status(gateway.key)).isEqualTo(200);
        }
        assertThat(status(gateway.key)).isEqualTo(429);
    }

    @Test
    void aSnapshotKeepsTheCountsOfWhatItHoldsAndARemovalDropsThem() throws IOException {
        LiveKey key = gateway.mintLimited("key_l", requests(1));
        gateway.limitBot(requests(2));
        assertThat(status(key)).isEqualTo(200);
        reload(key);
        gateway.serve("bot", model);
        assertThat(message(key)).contains("this key has");
        assertThat(status(gateway.key)).isEqualTo(200);
        assertThat(message(gateway.key)).contains("the workload");

        gateway.changes.removeKey("key_l");
        gateway.changes.removeEndpoint("wl_bot");
        reload(key);
        gateway.serve("bot", model);
        assertThat(status(key)).isEqualTo(200);
    }

    private @Nullable String message(LiveKey key) throws IOException {
        RawClient.Answer answer = chat(key, BODY);
        assertThat(answer.status()).isEqualTo(429);
        return answer.body();
    }

    private void reload(LiveKey key) {
        gateway.table.load(9, snapshot -> {
            snapshot.key(GatewayFixture.entry(
                    "key_l", "acme", Grants.ofEntireProject(), CredentialState.ACTIVE, null, requests(1), key));
            snapshot.key(GatewayFixture.entry(
                    "key_project", "acme", Grants.ofEntireProject(), CredentialState.ACTIVE, null, gateway.key));
            snapshot.endpoint(
                    GatewayFixture.endpoint("bot", dev.inferencekey.contract.workload.TaskType.TEXT2TEXT, requests(2)));
        });
    }
}
