package dev.inferencekey.server.domain.price;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.InvalidFieldException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TokenPriceTest {
    private static final int TRIES = 20_000;
    private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

    private final Random random = new Random(21);

    @ParameterizedTest
    @CsvSource({
        "0.15, 150000, 0.15",
        "0, 0, 0",
        "0.000000, 0, 0",
        "1, 1000000, 1",
        "2.50, 2500000, 2.5",
        "0.000001, 1, 0.000001",
        "0.1500000000, 150000, 0.15",
        "007, 7000000, 7",
        "1000000, 1000000000000, 1000000",
        "999999.999999, 999999999999, 999999.999999",
        "' 10 ', 10000000, 10"
    })
    void readsDollarsPerMillionTokensAndTellsThemAgain(String text, long pico, String again) {
        assertThat(TokenPrice.parse("output_per_million", text)).isEqualTo(pico);
        assertThat(TokenPrice.perMillion(pico)).isEqualTo(again);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-1",
                "+1",
                "1,5",
                "1_000",
                "1e3",
                "0x10",
                "$1",
                "1 USD",
                "NaN",
                ".5",
                "5.",
                "1.2.3",
                "\u0661",
                "0.0000001",
                "1000000.000001",
                "1000001",
                "99999999999999999999",
                "999999999999999999999"
            })
    void refusesWhatIsNoPriceAtItsField(String text) {
        assertThatThrownBy(() -> TokenPrice.parse("input_per_million", text))
                .isInstanceOfSatisfying(InvalidFieldException.class, e -> {
                    assertThat(e.field()).isEqualTo("input_per_million");
                    assertThat(e)
                            .hasMessageStartingWith("input_per_million must")
                            .hasMessageMatching(".{20,120}");
                });
    }

    @Test
    void refusesPricesBeyondTheirRange() {
        for (Executable wrong : new Executable[] {
            () -> new TokenPrice(-1, null, 0),
            () -> new TokenPrice(0, TokenPrice.MOST + 1, 0),
            () -> new TokenPrice(0, null, TokenPrice.MOST + 1)
        }) {
            assertThatThrownBy(wrong::execute).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aRequestCostsItsTokensAtTheirPrices() {
        TokenPrice price = new TokenPrice(150_000, 75_000L, 600_000);

        assertThat(price.cost(1_000_000, 0, 0)).isEqualTo(150_000_000);
        assertThat(price.cost(1_000_000, 1_000_000, 1_000_000)).isEqualTo(675_000_000);
        assertThat(price.cost(10, 4, 2)).isEqualTo(900 + 300 + 1_200);
        assertThat(price.cost(10, 11, 0)).isEqualTo(price.cost(10, 10, 0));
        assertThat(new TokenPrice(150_000, null, 0).cost(10, 4, 0)).isEqualTo(1_500);
        assertThat(new TokenPrice(1, null, 0).cost(499, 0, 0)).isZero();
        assertThat(new TokenPrice(1, null, 0).cost(500, 0, 0)).isEqualTo(1);
        assertThat(price.cost(-5, -5, -5)).isZero();
    }

    @Test
    void isTheRoundedProductWhateverTheSizes() {
        for (int i = 0; i < TRIES; i++) {
            TokenPrice price = price();
            long input = tokens();
            long cached = tokens();
            long output = tokens();

            assertThat(price.cost(input, cached, output)).isEqualTo(exact(price, input, cached, output));
        }
    }

    private static long exact(TokenPrice price, long input, long cached, long output) {
        long in = Math.max(0, input);
        long fromCache = Math.min(in, Math.max(0, cached));
        long cachedPrice = price.cachedInputPicoUsd() == null ? price.inputPicoUsd() : price.cachedInputPicoUsd();
        return new BigDecimal(BigInteger.valueOf(in - fromCache)
                        .multiply(BigInteger.valueOf(price.inputPicoUsd()))
                        .add(BigInteger.valueOf(fromCache).multiply(BigInteger.valueOf(cachedPrice)))
                        .add(BigInteger.valueOf(Math.max(0, output))
                                .multiply(BigInteger.valueOf(price.outputPicoUsd()))))
                .divide(BigDecimal.valueOf(1_000), 0, RoundingMode.HALF_UP)
                .toBigInteger()
                .min(MOST)
                .longValueExact();
    }

    @Test
    void moreTokensNeverCostLess() {
        for (int i = 0; i < TRIES; i++) {
            TokenPrice price = price();
            long input = Math.max(0, tokens()) / 2;
            long output = Math.max(0, tokens()) / 2;
            long more = random.nextLong(1 + (Long.MAX_VALUE >>> 2));

            long cost = price.cost(input, 0, output);
            assertThat(price.cost(input + more, 0, output)).isGreaterThanOrEqualTo(cost);
            assertThat(price.cost(input, 0, output + more)).isGreaterThanOrEqualTo(cost);
        }
    }

    @Test
    void partsCostTogetherWhatTheWholeCostsButForRounding() {
        for (int i = 0; i < TRIES; i++) {
            TokenPrice price = price();
            long one = random.nextLong(2_000_000);
            long other = random.nextLong(2_000_000);
            long cached = random.nextLong(one + 1);

            long apart = NanoUsd.plus(price.cost(one, cached, other), price.cost(other, 0, one));
            assertThat(price.cost(one + other, cached, one + other) - apart).isBetween(-1L, 1L);
        }
    }

    @Test
    void sumsStopAtTheMostThatFits() {
        assertThat(NanoUsd.plus(Long.MAX_VALUE, 1)).isEqualTo(Long.MAX_VALUE);
        assertThat(NanoUsd.plus(Long.MAX_VALUE, Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
        assertThat(NanoUsd.plus(2, 3)).isEqualTo(5);
        assertThat(new TokenPrice(TokenPrice.MOST, null, TokenPrice.MOST).cost(Long.MAX_VALUE, 0, Long.MAX_VALUE))
                .isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 0.000000001",
        "1200000, 0.0012",
        "1000000000, 1",
        "12300000000, 12.3",
        "9223372036854775807, 9223372036.854775807"
    })
    void tellsExactDollars(long nano, String text) {
        assertThat(NanoUsd.dollars(nano)).isEqualTo(text);
    }

    private TokenPrice price() {
        return new TokenPrice(pico(), random.nextBoolean() ? null : pico(), pico());
    }

    private long pico() {
        return random.nextBoolean() ? random.nextLong(TokenPrice.MOST + 1) : random.nextLong(10_000_000);
    }

    /** Of every size, the extremes among them. */
    private long tokens() {
        return switch (random.nextInt(8)) {
            case 0 -> Long.MAX_VALUE;
            case 1 -> random.nextInt(-3, 4);
            case 2 -> 4_000_000 + random.nextInt(-2, 3);
            default -> random.nextLong() >>> (1 + random.nextInt(62));
        };
    }
}
