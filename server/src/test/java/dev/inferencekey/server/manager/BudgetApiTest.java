package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.budget.AccountKey;
import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.budget.BudgetAccount;
import dev.inferencekey.server.domain.budget.BudgetSubject;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
class BudgetApiTest {
    private static final String PROJECT = "/api/projects/acme/budget";
    private static final String BOT = "/api/projects/acme/workloads/bot/budget";
    private static final String KEYS = "/api/projects/acme/keys";

    private final TestManager manager = new TestManager();
    private final Project acme = manager.project("acme");
    private final ApiClient admin = manager.asMember(acme, Role.ADMIN);
    private final ApiClient developer = manager.asMember(acme, Role.DEVELOPER);

    @AfterEach
    void stop() {
        manager.close();
    }

    private Map<String, @Nullable Object> key(Map<String, Object> budget) {
        return developer
                .post(KEYS, Map.of("name", "web", "grants", List.of("acme/*"), "budget", budget))
                .expect(201)
                .json();
    }

    private static String budgetOf(Map<String, @Nullable Object> key) {
        return KEYS + "/" + key.get("id") + "/budget";
    }

    private void spend(BudgetSubject subject, long spent, long held) {
        manager.store.append(session -> {
            Budget budget = session.budgets().of(subject).getFirst();
            AccountKey account = new AccountKey(budget.id(), budget.start(manager.time.instant()));
            session.budgets().lock(account, "led_1");
            session.budgets().set(account, "led_1", new BudgetAccount(spent, held, 0), held);
            return true;
        });
    }

    @Test
    void aKeyIsMintedUnderItsBudget() {
        Map<String, @Nullable Object> key =
                key(Map.of("usd", "25.50", "tokens", 1_000_000_000_000L, "period", "day", "zone", "Europe/Berlin"));
        Map<String, @Nullable Object> budget =
                developer.get(budgetOf(key)).expect(200).json();
        assertThat(budget)
                .containsEntry("usd", "25.5")
                .containsEntry("tokens", 1_000_000_000_000L)
                .containsEntry("period", "day")
                .containsEntry("zone", "Europe/Berlin")
                .containsEntry("unpriced_calls", "refuse");
        assertThat(spending(budget)).hasSize(2);
        assertThat(spending(budget).getFirst())
                .containsEntry("unit", "usd")
                .containsEntry("amount", "25.5")
                .containsEntry("spent", "0")
                .containsEntry("held", "0")
                .containsEntry("percent", 0);
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, @Nullable Object>> spending(Map<String, @Nullable Object> budget) {
        return (List<Map<String, @Nullable Object>>) java.util.Objects.requireNonNull(budget.get("spending"));
    }

    @Test
    void whatIsSpentAndHeldIsToldWithWhenItResets() {
        manager.workload(acme, "bot");
        String id = String.valueOf(
                admin.get("/api/projects/acme/workloads/bot").expect(200).json().get("id"));
        developer.put(BOT, Map.of("usd", "2", "period", "hour")).expect(200);
        spend(BudgetSubject.ofWorkload(id), 1_500_000_000L, 250_000_000L);
        assertThat(spending(developer.get(BOT).expect(200).json()).getFirst())
                .containsEntry("spent", "1.5")
                .containsEntry("held", "0.25")
                .containsEntry("percent", 75)
                .containsKeys("since", "resets_at");
        // Another amount keeps what was spent, another period does not.
        developer.put(BOT, Map.of("usd", "3", "period", "hour")).expect(200);
        assertThat(spending(developer.get(BOT).json()).getFirst()).containsEntry("percent", 50);
        developer.put(BOT, Map.of("usd", "3", "period", "total")).expect(200);
        assertThat(spending(developer.get(BOT).json()).getFirst())
                .containsEntry("percent", 0)
                .containsEntry("since", null)
                .containsEntry("resets_at", null);
        developer.put(BOT, Map.of()).expect(200);
        assertThat(developer.get(BOT).json()).containsEntry("usd", null).containsEntry("period", null);
    }

    @Test
    void whatIsSpentOfAProjectAndWhetherUnpricedCallsAreFreeIsForAdmins() {
        developer.put(PROJECT, Map.of("tokens", 5)).expect(403, "scope_insufficient");
        Map<String, @Nullable Object> changed = admin.put(PROJECT, Map.of("tokens", 5, "unpriced_calls", "free"))
                .expect(200)
                .json();
        assertThat(changed).containsEntry("unpriced_calls", "free").containsKey("propagation");
        admin.put(PROJECT, Map.of("tokens", 6)).expect(200);
        assertThat(developer.get(PROJECT).expect(200).json())
                .containsEntry("tokens", 6)
                .containsEntry("unpriced_calls", "free");
    }

    @ParameterizedTest
    @CsvSource({
        "usd, 0, usd",
        "usd, 1e9, usd",
        "tokens, 0, tokens",
        "period, year, period",
        "zone, Mars, zone",
        "unpriced_calls, maybe, unpriced_calls",
        "dollars, 5, dollars"
    })
    void whatIsNoBudgetIsRefusedByItsField(String field, String value, String named) {
        Map<String, Object> body = new HashMap<>();
        body.put(field, field.equals("tokens") ? (Object) Integer.parseInt(value) : value);
        assertThat(admin.put(PROJECT, body).expect(400, "invalid_request").json())
                .containsEntry("field", named);
    }

    @Test
    void eachChangeIsInTheTrail() {
        Map<String, @Nullable Object> key = key(Map.of("usd", "1"));
        developer.put(budgetOf(key), Map.of("usd", "2", "period", "day")).expect(200);
        developer.put(budgetOf(key), Map.of("usd", "2", "period", "day")).expect(200);
        assertThat(admin.get("/api/projects/acme/audit").expect(200).list())
                .extracting(event -> event.get("action"))
                .containsSubsequence("key.budget_changed", "key.created")
                .containsOnlyOnce("key.budget_changed");
    }

    @Test
    void aChangeOfAKeyMayChangeItsBudgetAndLeavesItIfItSaysNothing() {
        Map<String, @Nullable Object> key = key(Map.of("tokens", 5));
        String path = KEYS + "/" + key.get("id");
        developer.patch(path, Map.of("name", "other")).expect(200);
        assertThat(developer.get(path + "/budget").json()).containsEntry("tokens", 5);
        developer.patch(path, Map.of("budget", Map.of("tokens", 6))).expect(200);
        assertThat(developer.get(path + "/budget").json()).containsEntry("tokens", 6);
        Map<String, @Nullable Object> off = new HashMap<>();
        off.put("budget", null);
        developer.patch(path, off).expect(200);
        assertThat(developer.get(path + "/budget").json()).containsEntry("tokens", null);
    }

    @Test
    void aBudgetOfNobodyIsNotFound() {
        developer.put(KEYS + "/key_ghost/budget", Map.of("usd", "1")).expect(404, "not_found");
        developer.get("/api/projects/acme/workloads/ghost/budget").expect(404, "workload_not_found");
    }
}
