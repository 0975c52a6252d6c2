package dev.inferencekey.server.background.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.background.ManualClock;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.usage.UsageFilter;
import dev.inferencekey.server.domain.usage.UsageQuery;
import dev.inferencekey.server.domain.usage.UsageRetention;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.store.BreakableStore;
import dev.inferencekey.server.store.StoreData;
import dev.inferencekey.server.store.TestStores;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UsageRollUpsTest {
    private final ManualClock clock = new ManualClock();

    @AutoClose
    private final BreakableStore store = TestStores.sqlite();

    private final UsageRollUps rollUps = new UsageRollUps(store, clock);

    @BeforeEach
    void fill() {
        StoreData.fill(store);
    }

    private void used(String id, Instant at) {
        store.write(s -> {
            s.usage().append(List.of(StoreData.usage(id, StoreData.ACME, "bot", "key_1", at)));
            return true;
        });
    }

    private List<String> behind() {
        return store.read(s -> s.usageSums().behind(clock.instant().minus(UsageRollUps.GRACE)));
    }

    @Test
    void sumsUpWhatHasEndedAndHasNothingToDoThen() {
        used("use_1", clock.instant().minus(Duration.ofDays(3)));
        used("use_2", clock.instant().minus(Duration.ofMinutes(30)));
        used("use_3", clock.instant());
        assertThat(behind()).containsExactly("acme");

        rollUps.round(() -> false);
        assertThat(behind()).isEmpty();

        clock.advance(Duration.ofMinutes(10));
        assertThat(behind()).containsExactly("acme");
        rollUps.round(() -> false);
        assertThat(behind()).isEmpty();
    }

    @Test
    void sumsUpAgainWhatGotARecordLate() {
        used("use_1", clock.instant().minus(Duration.ofDays(3)));
        rollUps.round(() -> false);

        used("use_2", clock.instant().minus(Duration.ofDays(2)));
        assertThat(behind()).containsExactly("acme");
        rollUps.round(() -> false);

        assertThat(behind()).isEmpty();
        assertThat(requests()).isEqualTo(2);
    }

    @Test
    void forgetsRecordsButNotWhatTheyCameTo() {
        List<Instant> times = new ArrayList<>();
        for (int day = 1; day <= 120; day++) {
            times.add(clock.instant().minus(Duration.ofDays(day)));
        }
        times.forEach(at -> used("use_" + at, at));

        rollUps.round(() -> false);

        assertThat(kept()).isEqualTo(90);
        assertThat(requests()).isEqualTo(120);

        store.write(s -> {
            s.usageSums().setRetention(new UsageRetention(10, 100));
            return true;
        });
        rollUps.round(() -> false);

        assertThat(kept()).isEqualTo(10);
        assertThat(requests()).isEqualTo(100);
    }

    private long kept() {
        return store.<Page<UsageRecord>>read(s -> s.usage().list("acme", new PageRequest(1_000, null)))
                .items()
                .size();
    }

    private long requests() {
        Instant now = clock.instant();
        UsageQuery query = new UsageQuery(now.minus(Duration.ofDays(1_000)), now, UsageFilter.ALL, null, 1);
        return store.read(s -> s.usage().breakdown("acme", query))
                .lines()
                .getFirst()
                .total()
                .requests();
    }

    @Test
    void endsBetweenTwoStepsWhenItsNodeStopsAndGoesOnLater() {
        used("use_1", clock.instant().minus(Duration.ofDays(1)));

        rollUps.round(() -> true);
        assertThat(behind()).containsExactly("acme");

        rollUps.round(() -> false);
        assertThat(behind()).isEmpty();
    }
}
