package dev.inferencekey.server.vault;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

final class TimeOrderedIdsTest {
    private Instant now = Instant.parse("2026-06-15T09:12:44Z");
    private final TimeOrderedIds ids = new TimeOrderedIds(() -> now, new SecureRandom());

    @Test
    void makesAPrefixAndTwentySixReadableCharacters() {
        assertThat(ids.next("wl")).matches("wl_[0-9abcdefghjkmnpqrstvwxyz]{26}");
    }

    @Test
    void beginsWithTheTimeSoThatLaterProcessesSortAfterEarlierOnes() {
        String early = ids.next("wl");
        String late = new TimeOrderedIds(InstantSource.fixed(now.plusMillis(1)), new SecureRandom()).next("wl");

        assertThat(early).isLessThan(late);
        // 48 bits of milliseconds end within the tenth character.
        assertThat(early.substring(0, 12))
                .isEqualTo(new TimeOrderedIds(() -> now, new SecureRandom())
                        .next("wl")
                        .substring(0, 12));
    }

    @Test
    void growsStrictlyWithinAMillisecondAndWhenTheClockIsPutBack() {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            if (i % 1000 == 0) {
                now = now.minusMillis(500);
            }
            made.add(ids.next("u"));
        }

        assertThat(made).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void doesNotLetTheNextIdBeGuessed() {
        String first = ids.next("u");
        String second = ids.next("u");

        // Were it a counter, all but the last character or two would be the same.
        assertThat(first.substring(0, 18)).isNotEqualTo(second.substring(0, 18));
    }

    @Test
    void makesEachIdOnceForManyThreads() {
        Set<String> made = ConcurrentHashMap.newKeySet();
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (int thread = 0; thread < 8; thread++) {
                threads.execute(() -> {
                    for (int i = 0; i < 5_000; i++) {
                        made.add(ids.next("u"));
                    }
                });
            }
        }

        assertThat(made).hasSize(40_000);
    }
}
