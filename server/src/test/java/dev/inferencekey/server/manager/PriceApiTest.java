package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.price.TokenPrice;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.manager.price.PriceService;
import dev.inferencekey.server.store.StoreData;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
class PriceApiTest {
    private static final String PRICES = "/api/projects/acme/prices";
    private static final String BOT = PRICES + "/bot";
    private static final Map<String, Object> CHEAP =
            Map.of("input_per_million", "0.150", "cached_input_per_million", "0.075", "output_per_million", "0.60");
    private static final Map<String, Object> DEAR = Map.of("input_per_million", "3", "output_per_million", "15");

    private final TestManager manager = new TestManager();
    private final Project acme = manager.project("acme");
    private final ApiClient admin = manager.asMember(acme, Role.ADMIN);
    private final ApiClient viewer = manager.asMember(acme, Role.VIEWER);

    @AfterEach
    void stop() {
        manager.close();
    }

    @Test
    void aPriceCanBeSetBeforeTheWorkloadExistsAndIsSeenByEveryMember() {
        String since = manager.time.instant().toString();

        assertThat(admin.put(BOT, CHEAP).expect(200).json())
                .containsEntry("workload_slug", "bot")
                .containsEntry("currency", "USD")
                .containsEntry("input_per_million", "0.15")
                .containsEntry("cached_input_per_million", "0.075")
                .containsEntry("output_per_million", "0.6")
                .containsEntry("since", since)
                .hasSize(6);
        assertThat(viewer.get(BOT).expect(200).json())
                .isEqualTo(admin.put(BOT, CHEAP).json());
        admin.put(PRICES + "/art", DEAR).expect(200);
        assertThat(viewer.get(PRICES).expect(200).list())
                .extracting(price -> price.get("workload_slug"))
                .containsExactly("art", "bot");
        assertThat(viewer.get(PRICES + "/art").json()).containsEntry("cached_input_per_million", null);
    }

    @Test
    void aPriceOutlivesItsWorkload() {
        manager.workload(acme, "bot");
        admin.put(BOT, CHEAP).expect(200);

        admin.delete("/api/projects/acme/workloads/bot").expect(204);

        viewer.get(BOT).expect(200);
    }

    @Test
    void eachChangeIsInTheTrailWithWhatWasBefore() {
        admin.put(BOT, CHEAP).expect(200);
        manager.time.advance(Duration.ofMinutes(1));
        admin.put(BOT, CHEAP).expect(200);
        admin.put(BOT, DEAR).expect(200);
        admin.delete(BOT).expect(204);
        admin.delete(BOT).expect(404, "not_found");
        viewer.get(BOT).expect(404, "not_found");

        assertThat(manager.asOperator()
                        .get("/api/audit?action=price.&limit=10")
                        .expect(200)
                        .list())
                .extracting(event -> event.get("action"), event -> event.get("target"), event -> event.get("details"))
                .containsExactly(
                        tuple("price.removed", "bot", Map.of("old_price", "input=3 output=15", "price", "none")),
                        tuple(
                                "price.changed",
                                "bot",
                                Map.of(
                                        "old_price",
                                        "input=0.15 cached_input=0.075 output=0.6",
                                        "price",
                                        "input=3 output=15")),
                        tuple(
                                "price.changed",
                                "bot",
                                Map.of("old_price", "none", "price", "input=0.15 cached_input=0.075 output=0.6")));
    }

    @Test
    void onlyThoseWhoRunTheProjectSetPrices() {
        ApiClient developer = manager.asMember(acme, Role.DEVELOPER);
        developer.put(BOT, CHEAP).expect(403, "scope_insufficient");
        viewer.delete(BOT).expect(403, "scope_insufficient");
        ApiClient token = manager.as(manager.token(acme));
        token.put(BOT, CHEAP).expect(403, "scope_insufficient");
        token.get(PRICES).expect(403, "scope_insufficient");
    }

    @ParameterizedTest
    @CsvSource({
        "input_per_million, -1",
        "input_per_million, '0,15'",
        "cached_input_per_million, 0.0000001",
        "output_per_million, 1000001",
        "output_per_million, ''"
    })
    void refusesABadPriceAtItsField(String field, String text) {
        Map<String, Object> price = new HashMap<>(CHEAP);
        price.put(field, text);

        assertThat(admin.put(BOT, price).expect(400, "invalid_request").text("field"))
                .isEqualTo(field);
        viewer.get(BOT).expect(404, "not_found");
    }

    @Test
    void refusesWhatIsNoSlug() {
        assertThat(admin.put(PRICES + "/Support%20Bot", CHEAP)
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo("workload_slug");
    }

    @Test
    void thereIsAMostOfPrices() {
        manager.store.write(session -> {
            for (int i = 0; i < PriceService.MOST; i++) {
                session.prices().put(acme.id(), "bot-" + i, new TokenPrice(0, null, 0), manager.time.instant());
            }
            return true;
        });

        admin.put(BOT, CHEAP).expect(409, "conflict");
        admin.put(PRICES + "/bot-1", CHEAP).expect(200);
    }

    @Test
    void usageTellsWhatItCost() {
        UsageRecord used = StoreData.usage("use_1", acme, "bot", "key_1", manager.time.instant());
        UsageRecord free = StoreData.usage("use_2", acme, "cat", "key_1", manager.time.instant());
        manager.store.write(session -> {
            session.usage().append(List.of(used.withCost(1_200_000), free));
            return true;
        });
        manager.time.advance(Duration.ofSeconds(1));
        String usage = "/api/projects/acme/usage";

        assertThat(viewer.get(usage + "/records").expect(200).list())
                .extracting(record -> record.get("cost_usd"))
                .containsExactlyInAnyOrder("0.0012", null);
        for (String path : List.of("", "/series", "/breakdown", "/last-day")) {
            assertThat(viewer.get(usage + path).expect(200).body()).contains("\"cost_usd\":\"0.0012\"");
        }
        for (String path : List.of("/series.csv", "/breakdown.csv", "/records.csv")) {
            assertThat(viewer.get(usage + path).expect(200).body().lines().toList())
                    .anySatisfy(line -> assertThat(line).endsWith(",0.0012"))
                    .first()
                    .asString()
                    .endsWith(",cost_usd");
        }
    }
}
