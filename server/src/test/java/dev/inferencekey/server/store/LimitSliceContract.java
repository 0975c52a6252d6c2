package dev.inferencekey.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.limit.SharedLimit;
import dev.inferencekey.server.domain.limit.SharedQuantity;
import dev.inferencekey.server.domain.limit.Shortage;
import dev.inferencekey.server.domain.limit.Slice;
import dev.inferencekey.server.ports.store.Store;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Limits that are divided among nodes. */
interface LimitSliceContract {
    Store store();

    private static SharedLimit requests(Slice... slices) {
        return new SharedLimit(Map.of(Shortage.Kind.REQUESTS, new SharedQuantity(List.of(slices))));
    }

    private void put(Map<String, SharedLimit> limits) {
        store().append(session -> {
            session.limitSlices().lock(limits.keySet());
            session.limitSlices().put(limits);
            return true;
        });
    }

    private Map<String, SharedLimit> kept(String... subjects) {
        return store().append(session -> session.limitSlices().lock(List.of(subjects)));
    }

    @Test
    default void keepsHowALimitIsDivided() {
        SharedLimit limit = new SharedLimit(Map.of(
                Shortage.Kind.REQUESTS,
                new SharedQuantity(List.of(
                        new Slice("node_a", 7, 60, 70, 50, 1_700_000_000_000_000L, 0),
                        new Slice("node_b", Long.MAX_VALUE, 3, 3, 3, 0, 1_700_000_061_000_000L))),
                Shortage.Kind.TOKENS,
                new SharedQuantity(List.of(new Slice("node_a", 7, 2_000_000_000, 0, 0, 0, 0))),
                Shortage.Kind.CONCURRENT_REQUESTS,
                new SharedQuantity(List.of(new Slice("node_a", 7, 1, 1, 1, 0, 0)))));
        put(Map.of("key_1", limit));
        assertThat(kept("key_1", "key_2")).isEqualTo(Map.of("key_1", limit, "key_2", SharedLimit.NONE));
    }

    @Test
    default void forgetsALimitThatNobodyHasASliceOf() {
        put(Map.of("key_1", requests(new Slice("node_a", 1, 1, 1, 1, 0, 0)), "key_2", SharedLimit.NONE));
        assertThat(store().<List<String>>read(session -> session.limitSlices().after("", 10)))
                .containsExactly("key_1");
        put(Map.of("key_1", SharedLimit.NONE));
        assertThat(store().<List<String>>read(session -> session.limitSlices().after("", 10)))
                .isEmpty();
    }

    @Test
    default void tellsWhichLimitsANodeIsShortOf() {
        SharedLimit wanting = requests(new Slice("node_a", 1, 1, 2, 1, 0, 0));
        put(Map.of("key_1", requests(new Slice("node_a", 1, 2, 2, 1, 0, 0)), "key_2", wanting, "key_3", wanting));
        assertThat(store().<Map<String, SharedLimit>>read(
                                session -> session.limitSlices().wanting(10)))
                .isEqualTo(Map.of("key_2", wanting, "key_3", wanting));
        assertThat(store().<Map<String, SharedLimit>>read(
                                session -> session.limitSlices().wanting(1)))
                .containsOnlyKeys("key_2");
        assertThat(store().<List<String>>read(session -> session.limitSlices().after("key_1", 1)))
                .containsExactly("key_2");
    }

    @Test
    default void losesNoChangeOfManyThatAppendAtTheSameTime() throws Exception {
        List<String> subjects = List.of("key_1", "key_2", "key_3", "key_4");
        int threadCount = 3;
        int each = 40;
        try (var threads = Executors.newFixedThreadPool(threadCount)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < threadCount; i++) {
                List<String> mine = new ArrayList<>(subjects);
                Collections.shuffle(mine, new Random(i));
                all.add(threads.submit(() -> {
                    for (int j = 0; j < each; j++) {
                        store().append(session -> {
                            Map<String, SharedLimit> before =
                                    session.limitSlices().lock(mine);
                            Map<String, SharedLimit> after = new HashMap<>();
                            before.forEach((subject, limit) -> {
                                long held = limit.of(Shortage.Kind.REQUESTS).held();
                                after.put(subject, requests(new Slice("node_a", 1, held + 1, 0, 0, 0, 0)));
                            });
                            session.limitSlices().put(after);
                            return true;
                        });
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        assertThat(kept("key_1", "key_2", "key_3", "key_4").values())
                .allSatisfy(limit ->
                        assertThat(limit.of(Shortage.Kind.REQUESTS).held()).isEqualTo((long) threadCount * each));
    }
}
