package dev.inferencekey.server.domain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DisplayTextTest {
    @ParameterizedTest
    @ValueSource(strings = {"web", "Grüße, 世界", "نمونه\u200cها", "क्\u200dष", "\uD83D\uDC69\u200D\uD83D\uDCBB team"})
    void whatPeopleWriteIsVisible(String text) {
        assertThat(DisplayText.isOneVisibleLine(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\nb",
                "a\u0000",
                "a\u0085b",
                "a\u2028b",
                "\u202Etxt.exe",
                "\u2066isolated\u2069",
                "\u200Eleft",
                "ad\u200bmin",
                "ad\u200cmin",
                "ad\u200dmin",
                "\uFEFFmark",
                "soft\u00ADhyphen",
                "tag\uDB40\uDC41"
            })
    void whatIsNotSeenOrTurnsTheLineRoundIsNot(String text) {
        assertThat(DisplayText.isOneVisibleLine(text)).isFalse();
    }
}
