package dev.inferencekey.server.dashboard.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.dashboard.TestBrowser;
import dev.inferencekey.server.dashboard.TestBrowser.Shown;
import dev.inferencekey.server.dashboard.TestDashboard;
import dev.inferencekey.server.domain.budget.AccountKey;
import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.budget.BudgetAccount;
import dev.inferencekey.server.domain.budget.BudgetSubject;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.domain.workload.WorkloadRules;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
final class BudgetPagesTest {
    private static final String HOME = "/projects/acme";
    private static final String BUDGET = HOME + "/budget";

    private final TestDashboard dashboard = new TestDashboard();
    private final Project acme = dashboard.project("acme");
    private final TestBrowser admin = dashboard.as(acme, Role.ADMIN);
    private final TestBrowser viewer = dashboard.as(acme, Role.VIEWER);

    @AfterEach
    void stop() {
        dashboard.close();
    }

    private void spend(long spent, long held) {
        spend(BudgetSubject.ofProject(acme.id()), spent, held);
    }

    private void spend(BudgetSubject subject, long spent, long held) {
        dashboard.store.append(session -> {
            Budget budget = session.budgets().of(subject).getFirst();
            AccountKey account = new AccountKey(budget.id(), budget.start(dashboard.time.instant()));
            session.budgets().lock(account, "led_1");
            session.budgets().set(account, "led_1", new BudgetAccount(spent, held, 0), held);
            return true;
        });
    }

    @Test
    void aBudgetIsSetShownAndTakenOffByForms() {
        Shown empty = admin.get(BUDGET).expect(200);
        assertThat(empty.body()).contains("No budget.", "Set a budget");
        admin.post(
                        BUDGET,
                        Map.of(
                                "budget_usd", " 20 ",
                                "budget_tokens", "",
                                "budget_period", "day",
                                "budget_zone", "Europe/Berlin",
                                "unpriced_calls", "true"))
                .expect(303);
        spend(15_000_000_000L, 1_000_000_000L);
        assertThat(viewer.get(BUDGET).expect(200).body())
                .contains("$20 per day", "$15", "75%", "$1<")
                .doesNotContain("Change the budget");
        assertThat(admin.get(BUDGET).expect(200).fields())
                .containsEntry("budget_usd", "20")
                .containsEntry("budget_zone", "Europe/Berlin")
                .containsEntry("unpriced_calls", "true");
        admin.post(BUDGET, Map.of("budget_usd", "", "budget_tokens", "")).expect(303);
        assertThat(admin.get(BUDGET).expect(200).body()).contains("No budget.");
    }

    @Test
    void thePagesOfAKeyAndOfAWorkloadShowWhatIsSpentAndHeldOfTheirBudgets() {
        Workload bot = dashboard
                .plane
                .workloads()
                .create(
                        TestDashboard.OPERATOR,
                        acme,
                        WorkloadRules.declaration(
                                Map.of("name", "bot", "slug", "bot", "backend", "simulator", "model_name", "sim")))
                .workload();
        IssuedApiKey key = dashboard
                .plane
                .keys()
                .mint(TestDashboard.OPERATOR, acme, "web", Grants.ofEntireProject(), null, Limits.NONE)
                .key();
        Map<String, String> budget = Map.of("budget_usd", "20", "budget_tokens", "", "budget_period", "day");
        Map<BudgetSubject, String> pages = Map.of(
                BudgetSubject.ofKey(key.id()), HOME + "/keys/" + key.id(),
                BudgetSubject.ofWorkload(bot.id()), HOME + "/workloads/bot");
        pages.forEach((subject, page) -> {
            assertThat(viewer.get(page).expect(200).body()).doesNotContain("per day");
            admin.post(page + "/budget", budget).expect(303);
            spend(subject, 15_000_000_000L, 1_000_000_000L);
            assertThat(viewer.get(page).expect(200).body())
                    .contains("$20 per day: $15 spent (75%), $1 held, resets 20");
        });
        assertThat(admin.get(HOME + "/keys/" + key.id()).body()).contains("Change the budget");
    }

    @Test
    void whatIsNoBudgetIsToldBesideItsField() {
        Shown wrong = admin.post(BUDGET, Map.of("budget_usd", "much", "budget_tokens", "7"))
                .expect(400);
        assertThat(wrong.body()).contains("id=\"wrong-budget_usd\"").contains("value=\"much\"");
        assertThat(admin.post(BUDGET, Map.of("budget_zone", "Mars")).expect(400).body())
                .contains("id=\"wrong-budget_zone\"");
    }

    @Test
    void aBudgetThatIsHalfSpentNeedsAttention() {
        admin.post(BUDGET, Map.of("budget_tokens", "1000", "budget_period", "month"))
                .expect(303);
        spend(499, 0);
        assertThat(admin.get(HOME).expect(200).body()).doesNotContain("The budget of");
        spend(500, 0);
        assertThat(admin.get(HOME).expect(200).body())
                .contains("The budget of project")
                .contains("1000 tokens per month, is spent to 50%");
        spend(990, 0);
        assertThat(admin.get(HOME).expect(200).body()).contains("is used up; it resets at");
    }

    @Test
    void aKeyIsMadeUnderABudget() {
        Shown shown = admin.post(
                        HOME + "/keys",
                        Map.of(
                                "name", "web",
                                "access", "entire",
                                "expiry", "never",
                                "budget_tokens", "1000",
                                "budget_period", "total",
                                "form_id", "1"))
                .expect(200);
        assertThat(shown.body()).contains("ik_live_");
        String id = dashboard.store.read(
                session -> session.budgets().all().getFirst().subject().id());
        assertThat(admin.get(HOME + "/keys/" + id + "/budget").expect(200).body())
                .contains("1000 tokens in total", "never");
        assertThat(admin.get(HOME + "/keys/" + id).expect(200).body()).contains("/keys/" + id + "/budget");
    }
}
