package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static dev.inferencekey.server.gateway.GatewayFixture.NOW;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.budget.BudgetAccount;
import dev.inferencekey.server.domain.budget.BudgetPeriod;
import dev.inferencekey.server.domain.budget.BudgetSubject;
import dev.inferencekey.server.domain.budget.BudgetUnit;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.price.TokenPrice;
import dev.inferencekey.server.ports.access.Budgets.Decision;
import dev.inferencekey.server.ports.access.EndpointEntry;
import dev.inferencekey.server.ports.access.EndpointSpending;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the gateway makes of budgets, over real sockets. */
@Tag("slow")
final class BudgetTest {
    private static final String USAGE_30 =
            "{\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":20,\"total_tokens\":30}}";
    private static final String COMPLETIONS = CHAT.replace("chat/completions", "completions");
    private static final TokenPrice PRICE = TokenPrice.of("1", "0.5", "2");
    private static final Instant RESET = Objects.requireNonNull(BudgetPeriod.MONTH.end(NOW, ZoneOffset.UTC));

    private final GatewayFixture gateway = new GatewayFixture();
    private final FakeBudgets budgets = new FakeBudgets();
    private final FakeModelServer model = FakeModelServer.answering("application/json", USAGE_30);
    private LiveKey key = gateway.key;

    BudgetTest() {
        gateway.budgets = budgets;
        gateway.serve("bot", model);
    }

    @AfterEach
    void close() throws IOException {
        gateway.close();
        model.close();
    }

    private static Budget budget(BudgetUnit unit, BudgetPeriod period) {
        return new Budget("bud_1", BudgetSubject.ofWorkload("wl_bot"), unit, 1_000, period, ZoneOffset.UTC);
    }

    private static Budget tokens() {
        return budget(BudgetUnit.TOKENS, BudgetPeriod.MONTH);
    }

    private void bot(EndpointSpending spending) {
        EndpointEntry plain = GatewayFixture.endpoint("bot", TaskType.TEXT2TEXT, Limits.NONE);
        gateway.changes.putEndpoint(new EndpointEntry(
                plain.workloadId(),
                plain.projectSlug(),
                plain.workloadSlug(),
                plain.taskType(),
                plain.backend(),
                plain.createdAtEpochSecond(),
                plain.limits(),
                spending,
                plain.streamUsage()));
    }

    private void budgeted(Budget budget, @Nullable TokenPrice price, boolean unpricedIsFree) {
        bot(new EndpointSpending(List.of(budget), price, unpricedIsFree, null, false));
    }

    private void budgeted(Budget budget) {
        budgeted(budget, PRICE, false);
    }

    private RawClient.Answer chat(String body) throws IOException {
        return gateway.post(CHAT, key.reveal(), body);
    }

    private FakeBudgets.Asked asked() {
        return GatewayFixture.poll(budgets.asked);
    }

    @Test
    void theWorstCaseIsClaimedBeforeAndTheTruthIsBookedAfterwards() throws IOException {
        budgeted(tokens());
        String body = "{\"messages\":[],\"max_tokens\":100}";
        assertThat(chat(body).status()).isEqualTo(200);
        FakeBudgets.Asked asked = asked();
        assertThat(asked.worst()).isEqualTo(body.length() + 100);
        assertThat(GatewayFixture.poll(asked.settled)).containsExactly(30);
        assertThat(gateway.record().unbooked()).isEqualTo("led_1 7");
    }

    @Test
    void aBudgetInDollarsCountsByThePrice() throws IOException {
        budgeted(budget(BudgetUnit.USD, BudgetPeriod.MONTH));
        String body = "{\"messages\":[],\"max_tokens\":100}";
        assertThat(chat(body).status()).isEqualTo(200);
        FakeBudgets.Asked asked = asked();
        assertThat(asked.worst()).isEqualTo(1_000L * body.length() + 2_000 * 100);
        assertThat(GatewayFixture.poll(asked.settled)).containsExactly(10 * 1_000 + 20 * 2_000);
    }

    @Test
    void aBudgetOfAKeyAndOneOfItsWorkloadCountTogether() throws IOException {
        budgeted(tokens());
        Budget ofKey = new Budget(
                "bud_2", BudgetSubject.ofKey("key_b"), BudgetUnit.TOKENS, 5, BudgetPeriod.TOTAL, ZoneOffset.UTC);
        key = gateway.mintBudgeted("key_b", ofKey);
        assertThat(chat(BODY).status()).isEqualTo(200);
        assertThat(asked().claims).extracting(claim -> claim.budget().id()).containsExactly("bud_2", "bud_1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{}|{\"model\":\"m\",\"max_tokens\":4096}|4096",
                "{\"messages\":[]}|{\"messages\":[],\"model\":\"m\",\"max_tokens\":4096}|4096",
                "{\"max_tokens\":null,\"n\":2}|{\"n\":2,\"model\":\"m\",\"max_tokens\":4096}|8192",
                "{\"max_tokens\":7,\"n\":3}|{\"n\":3,\"model\":\"m\",\"max_tokens\":7}|21",
            })
    void howLongAnAnswerMayBeIsPutInWhereItIsNotSaid(String body, String sent, long output) throws IOException {
        budgeted(tokens());
        assertThat(chat(body).status()).isEqualTo(200);
        assertThat(model.next().text().strip()).isEqualTo(sent.replace("\"m\"", "\"" + GatewayFixture.MODEL + "\""));
        assertThat(asked().worst()).isEqualTo(body.length() + output);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{\"max_tokens\":10,\"prompt\":\"a\"}|10",
                "{\"max_tokens\":10,\"prompt\":[\"a\",\"b\",\"c\"]}|30",
                "{\"prompt\":[1,2,3],\"max_tokens\":10}|10",
                "{\"prompt\":[[1,2],[3]],\"max_tokens\":10,\"best_of\":4}|80",
            })
    void eachAnswerOfACompletionCounts(String body, long output) throws IOException {
        budgeted(tokens());
        assertThat(gateway.post(COMPLETIONS, key.reveal(), body).status()).isEqualTo(200);
        assertThat(asked().worst()).isEqualTo(body.length() + output);
    }

    @Test
    void aKnownContextBoundsTheAnswerAndLeavesRoomForTheInput() throws IOException {
        bot(new EndpointSpending(List.of(tokens()), null, false, 1_000, true));
        assertThat(chat("{\"messages\":[]}").status()).isEqualTo(200);
        assertThat(model.next().text().strip()).endsWith("\"max_completion_tokens\":986}");
        assertThat(asked().worst()).isEqualTo(15 + 986);
        String asksForMore = "{\"max_tokens\":1000000}";
        assertThat(chat(asksForMore).status()).isEqualTo(200);
        assertThat(asked().worst()).isEqualTo(asksForMore.length() + 1_000);
    }

    @Test
    void inputThatIsNotInTheRequestIsRefusedWhereTheContextIsNotKnown() throws IOException {
        budgeted(tokens());
        String body =
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_id\":\"f\"}}]}]}";
        RawClient.Answer refused = chat(body);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body()).contains("invalid_request", "\\\"file\\\" brings in input");
        assertThat(budgets.asked).isEmpty();
        assertThat(model.seen()).isZero();
        bot(new EndpointSpending(List.of(tokens()), null, false, 1_000, false));
        assertThat(chat(body).status()).isEqualTo(200);
        assertThat(asked().worst()).isGreaterThanOrEqualTo(1_000);
        bot(new EndpointSpending(List.of(), null, false, null, false));
        assertThat(chat(body).status()).isEqualTo(200);
    }

    @Test
    void aLargeBodyIsWholeBeforeItIsSent() throws IOException {
        budgeted(tokens());
        String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"" + "x".repeat(300_000) + "\"}]}";
        assertThat(chat(body).status()).isEqualTo(200);
        assertThat(model.next().text()).contains("\"max_tokens\":4096");
        assertThat(asked().worst()).isEqualTo(body.length() + 4_096);
    }

    @Test
    void withoutABudgetNothingIsAskedAndNothingPutIn() throws IOException {
        bot(new EndpointSpending(List.of(), PRICE, false, null, false));
        assertThat(chat("{\"messages\":[]}").status()).isEqualTo(200);
        assertThat(model.next().text()).doesNotContain("max_tokens");
        assertThat(budgets.asked).isEmpty();
    }

    @Test
    void theLastByteOfAnAnswerComesWhenWhatItUsedIsBooked() throws Exception {
        budgeted(tokens());
        budgets.books = false;
        try (RawClient client = gateway.client()) {
            client.post(CHAT, key.reveal(), BODY);
            FakeBudgets.Asked asked = asked();
            GatewayFixture.poll(asked.settled);
            assertThat(client.nothingYet()).isTrue();
            asked.book();
            assertThat(client.answer().body()).isEqualTo(USAGE_30);
        }
    }

    @Test
    void aRecordIsKeptBeforeItsCallIsBookedAndSaysWhatToBook() throws Exception {
        budgeted(tokens());
        budgets.books = false;
        try (RawClient client = gateway.client()) {
            client.post(CHAT, key.reveal(), BODY);
            UsageRecord record = gateway.record();
            assertThat(record.inputTokens()).isEqualTo(10);
            assertThat(record.unbooked()).isEqualTo("led_1 7");
            asked().book();
            assertThat(client.answer().body()).isEqualTo(USAGE_30);
        }
        assertThat(gateway.records).isEmpty();
    }

    @Test
    void aGatewayThatStopsKeepsTheRecordsOfCallsThatNobodyBooks() throws Exception {
        budgeted(tokens());
        budgets.books = false;
        model.script((request, exchange) -> {
            exchange.startStream();
            exchange.chunk("data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n");
            exchange.waitForClose();
        });
        try (RawClient client = gateway.client()) {
            client.post(CHAT, key.reveal(), "{\"stream\":true,\"max_tokens\":5}");
            assertThat(client.head().status()).isEqualTo(200);
            assertThat(client.chunk()).contains("hi");
            gateway.close();
        }
        assertThat(gateway.record().unbooked()).isEqualTo("led_1 7");
    }

    @Test
    void whateverAModelServerClaimsToHaveUsedNothingIsCountedAsLess() throws IOException {
        budgeted(tokens());
        long most = 900_000_000_000_000_000L;
        model.script((request, exchange) -> exchange.whole(
                200,
                "application/json",
                "{\"usage\":{\"prompt_tokens\":" + most + ",\"completion_tokens\":" + most + "}}"));
        assertThat(chat(BODY).status()).isEqualTo(200);
        assertThat(GatewayFixture.poll(asked().settled)).containsExactly(2 * TokenCount.MOST);
        assertThat(gateway.record().inputTokens()).isEqualTo(TokenCount.MOST);
    }

    @Test
    void theEndOfAStreamComesWhenWhatItUsedIsBooked() throws Exception {
        budgeted(tokens());
        budgets.books = false;
        model.script((request, exchange) -> {
            exchange.startStream();
            exchange.chunk("data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n");
            exchange.chunk("data: " + USAGE_30 + "\n\n");
            exchange.chunk("data: [DONE]\n\n");
            exchange.endStream();
        });
        try (RawClient client = gateway.client()) {
            client.post(CHAT, key.reveal(), "{\"stream\":true,\"max_tokens\":5}");
            FakeBudgets.Asked asked = asked();
            assertThat(GatewayFixture.poll(asked.settled)).containsExactly(30);
            asked.book();
            assertThat(client.answer().body()).contains("hi").endsWith("data: [DONE]\n\n");
        }
        assertThat(gateway.record().outputTokens()).isEqualTo(20);
    }

    @Test
    void anAnswerThatIsNotBookedInTimeIsReleased() throws IOException {
        budgeted(tokens());
        budgets.books = false;
        assertThat(chat(BODY).body()).isEqualTo(USAGE_30);
        gateway.record();
        asked().book(); // Late, and without effect.
        assertThat(gateway.records).isEmpty();
    }

    @Test
    void aBudgetThatIsUsedUpIsTooManyRequestsUntilItResets() throws IOException {
        budgeted(tokens());
        budgets.decision = new Decision.UsedUp(tokens(), 50, 0);
        RawClient.Answer answer = chat(BODY);
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("retry-after"))
                .isEqualTo(Long.toString(RESET.getEpochSecond() - NOW.getEpochSecond() + 1));
        assertThat(answer.body())
                .contains("\"code\":\"budget_exceeded\"", "\"type\":\"rate_limit_error\"")
                .contains("\"resets_at\":\"" + RESET + "\"")
                .contains("the budget of this workload, 1000 tokens per month, is used up; it resets at " + RESET);
        assertThat(model.seen()).isZero();
        assertThat(gateway.record().error()).isEqualTo("budget_exceeded");
    }

    @Test
    void aTotalNamesNoResetAndNoTimeToRetry() throws IOException {
        Budget total = budget(BudgetUnit.TOKENS, BudgetPeriod.TOTAL);
        budgeted(total);
        budgets.decision = new Decision.UsedUp(total, 50, 20);
        RawClient.Answer answer = chat(BODY);
        assertThat(answer.headers()).doesNotContainKey("retry-after");
        assertThat(answer.body())
                .doesNotContain("resets_at")
                .contains("has 20 tokens left, and this request may need 50 tokens");
    }

    @Test
    void aRequestWaitsForADecision() throws IOException {
        budgeted(tokens());
        budgets.decision = new Decision.Waiting();
        try (RawClient client = gateway.client()) {
            client.post(CHAT, key.reveal(), BODY);
            FakeBudgets.Asked asked = asked();
            assertThat(model.seen()).isZero();
            asked.decide(new Decision.Admitted());
            assertThat(client.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void aRequestWaitsOnlySoLongForWhatOthersHold() throws IOException {
        budgeted(tokens());
        budgets.decision = new Decision.Waiting();
        budgets.afterWaiting = new Decision.Held(tokens(), new BudgetAccount(10, 990, 3));
        RawClient.Answer answer = chat(BODY);
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("retry-after")).isEqualTo("2");
        assertThat(answer.body()).contains("budget_exceeded", "held by requests under way");
    }

    @Test
    void aRequestWhoseBudgetNobodyCanLookUpIsToBeRetried() throws IOException {
        budgeted(tokens());
        budgets.decision = new Decision.Unknown();
        RawClient.Answer answer = chat(BODY);
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("retry-after")).isEqualTo("1");
        assertThat(answer.body()).contains("access_state_unavailable");
    }

    @Test
    void whoLeavesBeforeAnAnswerGivesAllBack() throws IOException {
        budgeted(tokens());
        budgets.decision = new Decision.Waiting();
        FakeBudgets.Asked asked;
        try (RawClient client = gateway.client()) {
            client.post(CHAT, key.reveal(), BODY);
            asked = asked();
        }
        assertThat(GatewayFixture.poll(asked.released)).isNotNull();
        assertThat(asked.settled).isEmpty();
    }

    @Test
    void aRequestThatFailsUsesNothing() throws IOException {
        budgeted(tokens());
        model.script((request, exchange) -> exchange.whole(500, "application/json", "{}"));
        assertThat(chat(BODY).status()).isEqualTo(500);
        assertThat(GatewayFixture.poll(asked().settled)).containsExactly(0);
    }

    @Test
    void anAnswerThatTellsNoUsageCountsAsTheWorst() throws IOException {
        budgeted(tokens());
        model.script((request, exchange) -> exchange.whole(200, "application/json", "{\"choices\":[]}"));
        assertThat(chat(BODY).status()).isEqualTo(200);
        FakeBudgets.Asked asked = asked();
        assertThat(GatewayFixture.poll(asked.settled)).containsExactly(asked.worst());
    }

    @Test
    void withoutAPriceABudgetInDollarsRefusesUnlessThatIsFree() throws IOException {
        Budget dollars = budget(BudgetUnit.USD, BudgetPeriod.MONTH);
        budgeted(dollars, null, false);
        RawClient.Answer refused = chat(BODY);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body()).contains("price_missing", "the workload \\\"bot\\\" has no price");
        budgeted(dollars, null, true);
        RawClient.Answer free = chat(BODY);
        assertThat(free.status()).isEqualTo(200);
        assertThat(free.header("x-inferencekey-budget")).isEqualTo("not counted: no price");
        assertThat(budgets.asked).isEmpty();
        assertThat(free.body().getBytes(UTF_8)).hasSize(USAGE_30.length());
    }
}
