package dev.inferencekey.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ClockCheckTest {
    private static final Instant NOON = Instant.parse("2026-06-15T12:00:00Z");

    @Test
    void clocksThatAgreeWithinASecondAreNotSpokenOf() {
        assertThat(ClockCheck.notice(NOON, NOON.minusMillis(1_000), NOON)).isNull();
        assertThat(ClockCheck.notice(NOON, NOON.plusMillis(1_000), NOON)).isNull();
    }

    @Test
    void aSlowAnswerIsNoSkew() {
        assertThat(ClockCheck.notice(NOON, NOON.plusSeconds(9), NOON.plusSeconds(10)))
                .isNull();
    }

    @Test
    void clocksThatDisagreeAreSpokenOfWithWhatFollowsFromIt() {
        assertThat(ClockCheck.notice(NOON, NOON.minusMillis(2_500), NOON.plusMillis(10)))
                .startsWith("this machine's clock is 2.5 s ahead of the database's")
                .contains("keys expire and budgets begin at different times", "NTP");
        assertThat(ClockCheck.notice(NOON, NOON.plusSeconds(30), NOON)).contains("30.0 s behind the database's");
    }
}
