package dev.inferencekey.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class DeedTest {
    @Test
    void everyDeedIsDoneAndGoodOnesMostly() {
        SplittableRandom random = new SplittableRandom(1);
        Map<Deed, Integer> drawn = new EnumMap<>(Deed.class);
        for (int i = 0; i < 10_000; i++) {
            drawn.merge(Deed.any(random), 1, Integer::sum);
        }

        assertThat(drawn).containsOnlyKeys(Deed.values());
        assertThat(drawn.getOrDefault(Deed.ASKS, 0)).isGreaterThan(4 * drawn.getOrDefault(Deed.SMUGGLES, 0));
    }
}
