package dev.inferencekey.server.store;

import static dev.inferencekey.server.store.StoreData.ACME;
import static dev.inferencekey.server.store.StoreData.GLOBEX;
import static dev.inferencekey.server.store.StoreData.NOW;
import static dev.inferencekey.server.store.StoreData.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.contract.workload.JsonValues;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.Store;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Declarations, and lists that change while they are read. */
interface WorkloadContract {
    Store store();

    @Test
    default void keepsADeclarationAsItWas() {
        Workload bot = workload("wl_1", ACME, "bot");
        store().write(s -> s.workloads().insert(bot));

        assertThat(store().<Optional<Workload>>read(s -> s.workloads().find("wl_1")))
                .contains(bot);
        assertThat(store().<Optional<Workload>>read(s -> s.workloads().findBySlug(ACME.id(), "bot")))
                .contains(bot);
        assertThat(store().<Optional<Workload>>read(s -> s.workloads().findBySlug(GLOBEX.id(), "bot")))
                .isEmpty();
        assertThat(store().<Optional<Workload>>read(s -> s.workloads().find("wl_2")))
                .isEmpty();
    }

    @Test
    default void givesJsonBackEqualToTheDigit() {
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        config.put("z first, order kept", 1);
        config.put("big", new BigInteger("123456789012345678901234567890"));
        config.put("exact", new BigDecimal("0.1234567890123456789012345"));
        config.put("huge", new BigDecimal("1e400"));
        config.put("double", 0.1);
        config.put("text", "quotes \" ' \\ \n ☃ 🔑 :name <table> ?");
        config.put("empty", Map.of());
        config.put("list", Arrays.asList(1, null, "x", List.of(true, false), Map.of("deep", "er")));
        store().write(s -> s.workloads().insert(workload("wl_1", ACME, "bot", config)));

        Map<String, @Nullable Object> back = store().<Workload>read(
                        s -> s.workloads().find("wl_1").orElseThrow())
                .config();

        assertThat(JsonValues.equal(config, back)).isTrue();
        assertThat(back).isNotNull();
        assertThat(List.copyOf(back.keySet())).isEqualTo(List.copyOf(config.keySet()));
    }

    @Test
    default void tellsAnEmptyConfigFromNone() {
        store().write(s -> {
            s.workloads().insert(workload("wl_1", ACME, "none", null));
            return s.workloads().insert(workload("wl_2", ACME, "empty", Map.of()));
        });

        assertThat(store().<Workload>read(s -> s.workloads().find("wl_1").orElseThrow())
                        .config())
                .isNull();
        assertThat(store().<Workload>read(s -> s.workloads().find("wl_2").orElseThrow())
                        .config())
                .isEmpty();
    }

    @Test
    default void refusesASlugThatItsProjectHas() {
        store().write(s -> s.workloads().insert(workload("wl_1", ACME, "bot")));

        assertThat(store().<Boolean>write(s -> s.workloads().insert(workload("wl_2", ACME, "bot"))))
                .isFalse();
        assertThat(store().<Boolean>write(s -> s.workloads().insert(workload("wl_3", GLOBEX, "bot"))))
                .isTrue();
        assertThat(store().<List<Workload>>read(s -> s.workloads().all()))
                .extracting(Workload::id)
                .containsExactly("wl_1", "wl_3");
    }

    @Test
    default void refusesAWorkloadOfAProjectThatDoesNotExist() {
        Workload stray = workload("wl_1", StoreData.project("proj_none", "none"), "bot");

        assertThatThrownBy(() -> store().<Boolean>write(s -> s.workloads().insert(stray)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void replacesWhatMayChange() {
        store().write(s -> s.workloads().insert(workload("wl_1", ACME, "bot")));
        Workload changed = new Workload(
                "wl_1",
                ACME.id(),
                ACME.slug(),
                "bot",
                "Bot",
                "helps",
                TaskType.TEXT2TEXT,
                "simulator",
                "sim",
                Map.of("ttft_ms", 5),
                "wrk_1",
                null,
                "fixed",
                Map.of("replicas", 2),
                2,
                NOW,
                NOW.plusSeconds(5));

        assertThat(store().<Boolean>write(s -> s.workloads().update(changed))).isTrue();
        assertThat(store().<Optional<Workload>>read(s -> s.workloads().find("wl_1")))
                .contains(changed);
        assertThat(store().<Boolean>write(s -> s.workloads().update(workload("wl_9", ACME, "x"))))
                .isFalse();
    }

    @Test
    default void deletesOnceAndLetsTheSlugBeUsedAgain() {
        store().write(s -> s.workloads().insert(workload("wl_1", ACME, "bot")));

        assertThat(store().<Boolean>write(s -> s.workloads().delete("wl_1"))).isTrue();
        assertThat(store().<Boolean>write(s -> s.workloads().delete("wl_1"))).isFalse();
        assertThat(store().<Boolean>write(s -> s.workloads().insert(workload("wl_2", ACME, "bot"))))
                .isTrue();
    }

    @Test
    default void keepsTheLimitsOfAWorkloadApartFromItsDeclaration() {
        Workload bot = workload("wl_1", ACME, "bot");
        Limits limits = new Limits(60, null, 4);
        store().write(s -> s.workloads().insert(bot));
        store().write(s -> s.workloads().insert(workload("wl_2", ACME, "other")));
        assertThat(limitsOf("wl_1")).isEqualTo(Limits.NONE);

        setLimits("wl_1", new Limits(1, 2, 3));
        setLimits("wl_1", limits);

        assertThat(limitsOf("wl_1")).isEqualTo(limits);
        assertThat(limitsOf("wl_2")).isEqualTo(Limits.NONE);
        assertThat(store().<Map<String, Limits>>read(s -> s.workloads().allLimits()))
                .isEqualTo(Map.of("wl_1", limits));
        assertThat(store().<Optional<Workload>>read(s -> s.workloads().find("wl_1")))
                .contains(bot);

        setLimits("wl_1", Limits.NONE);
        setLimits("wl_2", Limits.NONE);
        assertThat(store().<Map<String, Limits>>read(s -> s.workloads().allLimits()))
                .isEmpty();
    }

    @Test
    default void forgetsTheLimitsOfWhatIsDeletedAndRefusesThoseOfWhatIsNot() {
        store().write(s -> s.workloads().insert(workload("wl_1", ACME, "bot")));
        store().write(s -> s.workloads().insert(workload("wl_2", GLOBEX, "bot")));
        setLimits("wl_1", new Limits(1, 2, 3));
        setLimits("wl_2", new Limits(1, 2, 3));

        store().write(s -> s.workloads().delete("wl_1"));
        store().write(s -> s.projects().delete(GLOBEX.id(), false));

        assertThat(store().<Map<String, Limits>>read(s -> s.workloads().allLimits()))
                .isEmpty();
        assertThatThrownBy(() -> setLimits("wl_9", new Limits(1, 2, 3))).isInstanceOf(IllegalStateException.class);
    }

    private Limits limitsOf(String id) {
        return store().read(s -> s.workloads().limits(id));
    }

    private void setLimits(String id, Limits limits) {
        store().write(s -> {
            s.workloads().setLimits(id, limits);
            return true;
        });
    }

    @Test
    default void skipsAndRepeatsNothingWhileRowsComeAndGo() {
        Random random = new Random(20260615);
        for (int round = 0; round < 10; round++) {
            String prefix = "wl_" + round + "_";
            TreeSet<String> always = new TreeSet<>();
            for (int i = 0; i < 60; i++) {
                String id = prefix + String.format("%04d", random.nextInt(10_000));
                if (insert(id)) {
                    always.add(id);
                }
            }
            List<String> seen = new ArrayList<>();
            PageRequest request = new PageRequest(1 + random.nextInt(9), prefix);
            while (true) {
                PageRequest current = request;
                Page<Workload> page = store().read(s -> s.workloads().list(ACME.id(), current));
                page.items().forEach(item -> seen.add(item.id()));
                insert(prefix + String.format("%04d", random.nextInt(10_000)));
                String gone = always.higher(prefix + String.format("%04d", random.nextInt(10_000)));
                if (gone != null) {
                    always.remove(gone);
                    store().<Boolean>write(s -> s.workloads().delete(gone));
                }
                String next = page.next();
                if (next == null) {
                    break;
                }
                request = new PageRequest(current.limit(), next);
            }

            assertThat(seen).isSorted().doesNotHaveDuplicates().containsAll(always);
        }
    }

    private boolean insert(String id) {
        return store().<Boolean>write(s ->
                s.workloads().find(id).isEmpty() && s.workloads().insert(workload(id, ACME, id.replace('_', '-'))));
    }
}
