package dev.inferencekey.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizeTextTest {
    @ParameterizedTest
    @CsvSource({
        "0,0",
        "512,512",
        "64KiB,65536",
        "64k,65536",
        "32MiB,33554432",
        "32m,33554432",
        "1GiB,1073741824",
        "999999999g,1073741822926258176"
    })
    void readsWhatPeopleType(String text, long bytes) {
        assertThat(SizeText.parse(text)).hasValue(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "k", "-1", "1.5m", "1 MiB", "32MB", "1kB", "9999999999", "1t", "1iB", "٣k", "much"})
    void refusesEverythingElse(String text) {
        assertThat(SizeText.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,1", "1000,1000", "1024,1KiB", "33554432,32MiB", "1073741824,1GiB", "1099511627776,1024GiB"})
    void showsTheLargestUnitThatFits(long bytes, String shown) {
        assertThat(SizeText.show(bytes)).isEqualTo(shown);
    }
}
