package dev.inferencekey.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationTextTest {
    @ParameterizedTest
    @CsvSource({
        "90d,PT2160H",
        "24h,PT24H",
        "30m,PT30M",
        "45s,PT45S",
        "1h30m,PT1H30M",
        "1d1h1m1s,PT25H1M1S",
        "0s,PT0S",
        "007d,PT168H"
    })
    void readsWhatPeopleType(String text, Duration expected) {
        assertThat(DurationText.parse(text)).contains(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "90",
                "d",
                "-1d",
                "1w",
                "1.5h",
                "30m1h",
                "1h ",
                "1h 30m",
                "9999999d",
                "٣d",
                "1D",
                "ninety"
            })
    void refusesEverythingElse(String text) {
        assertThat(DurationText.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"PT45S,45 s", "PT60S,1 min", "PT95S,1 min 35 s", "PT1H,1 h", "PT26H,1 d 2 h"})
    void showsTheTwoLargestUnits(Duration duration, String expected) {
        assertThat(DurationText.show(duration)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"PT0.04S,0.0 s", "PT1.349S,1.3 s", "PT1.35S,1.4 s", "PT59.9S,59.9 s", "PT61S,1 min 1 s"})
    void showsTenthsWhileWaiting(Duration duration, String expected) {
        assertThat(DurationText.precise(duration)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S,now",
        "PT-4S,now",
        "PT40S,40 s ago",
        "PT3M,3 min ago",
        "PT59M40S,1 h ago",
        "PT25H,25 h ago",
        "PT72H,3 days ago",
        "PT-2159H-59M-59S,in 90 days"
    })
    void momentsAreSeenFromNow(Duration ago, String expected) {
        Instant now = Instant.parse("2026-06-15T12:00:00Z");
        assertThat(RelativeTime.of(now.minus(ago), now)).isEqualTo(expected);
    }
}
