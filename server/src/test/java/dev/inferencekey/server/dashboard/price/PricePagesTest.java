package dev.inferencekey.server.dashboard.price;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.dashboard.TestBrowser;
import dev.inferencekey.server.dashboard.TestBrowser.Shown;
import dev.inferencekey.server.dashboard.TestDashboard;
import dev.inferencekey.server.dashboard.page.Texts;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.price.PriceBook;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.workload.WorkloadRules;
import dev.inferencekey.server.store.StoreData;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Prices screen, and what was spent on the others. */
@Tag("slow")
final class PricePagesTest {
    private static final String HOME = "/projects/acme";
    private static final String PRICES = HOME + "/prices";
    private static final String BOT = PRICES + "/bot";
    private static final String USAGE = HOME + "/usage";
    private static final Map<String, String> PRICE =
            Map.of("input_per_million", "100", "cached_input_per_million", "", "output_per_million", " 200.50 ");

    private final TestDashboard dashboard = new TestDashboard();
    private final Project acme = dashboard.project("acme");
    private final TestBrowser admin = dashboard.as(acme, Role.ADMIN);
    private final TestBrowser viewer = dashboard.as(acme, Role.VIEWER);

    @AfterEach
    void stop() {
        dashboard.close();
    }

    @Test
    void aPriceIsSetChangedAndRemovedByForms() {
        declare("bot");
        assertThat(admin.get(PRICES).expect(200).body()).contains(">bot<", "no price", "Set a price");

        assertThat(admin.post(BOT, PRICE).expect(303).location()).isEqualTo(PRICES);

        assertThat(admin.get(PRICES).expect(200).body())
                .contains("$100.00<", "as input", "$200.50<")
                .doesNotContain("Without a workload");
        Shown one = admin.get(BOT).expect(200);
        assertThat(one.fields())
                .containsEntry("input_per_million", "100")
                .containsEntry("cached_input_per_million", "")
                .containsEntry("output_per_million", "200.5");
        dashboard.time.advance(Duration.ofMinutes(5));
        Map<String, String> changed = new HashMap<>(one.fields());
        changed.put("cached_input_per_million", "50");
        admin.post(BOT, changed).expect(303);
        assertThat(admin.get(BOT).expect(200).body()).contains("$50.00<", "as input", "5 min ago", ">now<");

        dashboard.time.advance(Duration.ofMinutes(5));
        admin.post(BOT + "/remove", Map.of()).expect(303);
        assertThat(admin.get(PRICES).expect(200).body()).contains("no price");
        assertThat(admin.get(BOT).expect(200).body()).contains("$50.00<").doesNotContain("Remove the price");
    }

    @Test
    void aSlugCanHaveAPriceBeforeItHasAWorkload() {
        Map<String, String> form = new HashMap<>(PRICE);
        form.put("workload_slug", " later ");

        admin.post(PRICES, form).expect(303);

        assertThat(admin.get(PRICES).expect(200).body()).contains("Without a workload", PRICES + "/later");
        assertThat(admin.get(PRICES + "/later").expect(200).body()).contains("Its price waits for one");
        declare("later");
        assertThat(admin.get(PRICES).expect(200).body()).contains("$200.50<").doesNotContain("Without a workload");
    }

    @ParameterizedTest
    @CsvSource({
        "input_per_million, '<b>'",
        "cached_input_per_million, -1",
        "output_per_million, ''",
        "workload_slug, 'No Slug'"
    })
    void whatIsWrongStandsAtItsFieldBesideWhatWasTyped(String field, String text) {
        Map<String, String> form = new HashMap<>(PRICE);
        form.put("workload_slug", "bot");
        form.put(field, text);

        Shown shown = admin.post(PRICES, form).expect(400);

        assertThat(shown.body()).contains("id=\"wrong-" + field + "\"").doesNotContain("<b>");
        assertThat(shown.fields()).containsAllEntriesOf(form);
        if (!field.equals("workload_slug")) {
            assertThat(admin.post(BOT, form).expect(400).body()).contains("id=\"wrong-" + field + "\"");
        }
        assertThat(dashboard.plane.prices().list(acme)).isEmpty();
    }

    @Test
    void whoMayOnlyLookSeesPricesAndNoForm() {
        admin.post(BOT, PRICE).expect(303);

        assertThat(viewer.get(PRICES).expect(200).body()).contains("$200.50<").doesNotContain("Set a price");
        assertThat(viewer.get(BOT).expect(200).body())
                .contains("$200.50<")
                .doesNotContain("<form method=\"post\" action=\"" + BOT);
        viewer.post(BOT, PRICE).expect(403);
        viewer.post(PRICES, PRICE).expect(403);
        viewer.post(BOT + "/remove", Map.of()).expect(403);
        viewer.get(PRICES + "/No%20Slug").expect(404);
    }

    @Test
    void aWorkloadWithoutAPriceDoesNotLookFree() {
        declare("bot");
        used("use_1", "bot");

        for (String page : List.of(HOME, USAGE)) {
            assertThat(admin.get(page).expect(200).body()).contains("href=\"" + BOT + "\"", ">no price<");
            assertThat(viewer.get(page).expect(200).body())
                    .contains("<span class=\"text-secondary\">no price</span>")
                    .doesNotContain("href=\"" + BOT + "\"", "$0");
        }
        assertThat(viewer.get(USAGE).expect(200).body()).doesNotContain("<h2>Spend</h2>");
    }

    @Test
    void theHomeAndUsageTellWhatWasSpent() {
        declare("bot");
        admin.post(BOT, PRICE).expect(303);
        used("use_1", "bot");
        used("use_2", "bot");
        used("use_3", "cat");

        // Five tokens each way: 5 * 100 + 5 * 200.5 dollars per million.
        assertThat(viewer.get(HOME).expect(200).body())
                .contains("$0.003", "without <a href=\"" + PRICES + "\">1 workload that has no price</a>");
        assertThat(viewer.get(USAGE).expect(200).body())
                .contains("<h2>Spend</h2>", "$0.003", "1 workload that has no price", ">no price<");
        assertThat(viewer.get(USAGE + "?workload=bot").expect(200).body())
                .contains("$0.003")
                .doesNotContain("no price");
        assertThat(viewer.get(USAGE + "?workload=cat").expect(200).body()).contains("no price");
        assertThat(viewer.get(USAGE + "/requests").expect(200).body()).contains("$0.0015<");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | $0",
                "1 | <$0.000001",
                "999 | <$0.000001",
                "1000 | $0.000001",
                "1200000 | $0.0012",
                "1250000 | $0.0013",
                "9999999 | $0.01",
                "15300000 | $0.015",
                "123456789 | $0.12",
                "999999999 | $1.00",
                "12300000000 | $12.30",
                "999994999999 | $999.99",
                "999995000000 | $1,000",
                "1203600000000 | $1,204",
                "9223372036854775807 | $9,223,372,037"
            })
    void sumsOfMoneyCanBeReadAtAnySize(long nano, String text) {
        assertThat(Texts.dollars(nano)).isEqualTo(text);
    }

    private void declare(String slug) {
        dashboard
                .plane
                .workloads()
                .create(
                        TestDashboard.OPERATOR,
                        acme,
                        WorkloadRules.declaration(
                                Map.of("name", slug, "slug", slug, "backend", "simulator", "model_name", "sim")));
    }

    /** As the import does it. */
    private void used(String id, String slug) {
        Instant at = dashboard.time.instant();
        UsageRecord usage = StoreData.usage(id, acme, slug, "key_1", at);
        dashboard.store.write(session -> {
            PriceBook prices = session.prices().book(List.of("acme"), List.of(slug), at);
            session.usage().append(List.of(prices.priced(usage)));
            return true;
        });
        dashboard.time.advance(Duration.ofSeconds(1));
    }
}
