package dev.inferencekey.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SmallPartsTest {
    private static final URI HERE = URI.create("https://example.com/api/list?page=1");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<https://example.com/b>; rel=\"next\" | https://example.com/b",
                "<?page=2>; rel=next | https://example.com/api/list?page=2",
                "</c?x=1,2;3>; title=\"a, b; rel=prev\"; rel=\"last next\" | https://example.com/c?x=1,2;3",
                "</a>; rel=prev, </b>; REL=\"NEXT\" | https://example.com/b",
                "</a>;rel=\"prev\",</b>;rel=\"next\",</c>;rel=\"last\" | https://example.com/b"
            })
    void findsTheNextPage(String header, String expected) {
        assertThat(LinkHeader.next(List.of(header), HERE)).hasValue(URI.create(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "next", "<", "</a>", "</a>; rel=prev", "</a>; rel=nextish", "</a>; x=rel; next", "; rel=next"
            })
    void findsNoNextPageWhereThereIsNone(String header) {
        assertThat(LinkHeader.next(List.of(header), HERE)).isEmpty();
    }

    @Test
    void refusesANextPageThatIsNoAddress() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> LinkHeader.next(List.of("<http://[>; rel=next"), HERE));
    }

    @ParameterizedTest
    @CsvSource({
        "0,0 ms",
        "999,999 ms",
        "1000,1 s",
        "59999,59 s",
        "60000,1 min",
        "250000,4 min 10 s",
        "3600000,1 h",
        "7500000,2 h 5 min"
    })
    void saysHowLong(long millis, String text) {
        assertThat(Durations.text(Duration.ofMillis(millis))).isEqualTo(text);
    }

    @Test
    void makesOneLineOfAnyText() {
        assertThat(OneLine.of("  a \r\n\t b\u0000c\u2028d\u202ee ", 100)).isEqualTo("a b c d e");
        assertThat(OneLine.of("abcdef", 6)).isEqualTo("abcdef");
        assertThat(OneLine.of("abcdefg", 6)).isEqualTo("abcde…");
        assertThat(OneLine.of("abcd📦efg", 6)).isEqualTo("abcd…").doesNotContain("\ud83d");
        assertThat(OneLine.of("", 6)).isEmpty();
    }

    @Test
    void backsOff() {
        List<Long> pauses = new ArrayList<>();
        for (int failures = 1; failures <= 6; failures++) {
            pauses.add(Backoff.STANDARD.step(failures).toSeconds());
        }
        assertThat(pauses).containsExactly(1L, 2L, 4L, 5L, 5L, 5L);
    }

    @Test
    void addsEvenTheLongestDurationToTheClockWithoutOverflow() {
        Duration longest = Duration.ofSeconds(Long.MAX_VALUE);

        assertThat(Nanos.of(longest) + Long.MAX_VALUE / 2).isPositive();
        assertThat(Nanos.of(longest.negated())).isZero();
        assertThat(Nanos.of(Duration.ofSeconds(1))).isEqualTo(1_000_000_000L);
    }

    @Test
    void readsNumbersExactlyAndNothingCanBeChanged() {
        Object read = Json.read("{\"a\":[1,2147483648,9223372036854775808,0.10,null,true,{}]}");

        assertThat(read)
                .isEqualTo(Map.of(
                        "a",
                        Arrays.asList(
                                1,
                                2147483648L,
                                new BigInteger("9223372036854775808"),
                                new BigDecimal("0.10"),
                                null,
                                true,
                                Map.of())));
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> ((Map<?, ?>) Objects.requireNonNull(read)).clear());
    }

    @Test
    void survivesJsonThatIsNestedWithoutEnd() {
        assertThatExceptionOfType(JsonFormatException.class).isThrownBy(() -> Json.read("[".repeat(1_000_000)));
    }

    @Test
    void quotesNothingOfBrokenJson() {
        assertThatExceptionOfType(JsonFormatException.class)
                .isThrownBy(() -> Json.read("{\"a\": secret}"))
                .withMessage("it can't be read at line 1, column 7")
                .withNoCause();
    }
}
