package dev.inferencekey.server.manager.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CoalescerTest {
    private Instant now = Instant.parse("2026-06-15T09:12:44Z");
    private final Coalescer coalescer = new Coalescer(new Clock(() -> now), Duration.ofMinutes(1), 3);

    @Test
    void eachKeyPassesOncePerWindow() {
        assertThat(coalescer.first("a")).isTrue();
        assertThat(coalescer.first("a")).isFalse();
        assertThat(coalescer.first("b")).isTrue();
        now = now.plusSeconds(60);
        assertThat(coalescer.first("a")).isTrue();
    }

    @Test
    void onlySoManyKeysPassPerWindowHoweverManyAreMadeUp() {
        int passed = 0;
        for (int i = 0; i < 1000; i++) {
            passed += coalescer.first("key " + i) ? 1 : 0;
        }

        assertThat(passed).isEqualTo(3);
    }

    @Test
    void aClockThatGoesBackDoesNotSilenceItForLong() {
        assertThat(coalescer.first("a")).isTrue();
        now = now.minusSeconds(86_400);

        assertThat(coalescer.first("a")).isTrue();
    }
}
