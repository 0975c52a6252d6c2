package dev.inferencekey.server.domain.price;

import dev.inferencekey.server.domain.InvalidFieldException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What one token costs, in pico-USD: a millionth of a millionth of a US dollar, so that prices per million tokens with six decimals are
 * whole numbers. Each from 0 to {@link #MOST}.
 *
 * @param cachedInputPicoUsd of input tokens that came from a cache; null if they cost as much as others
 */
public record TokenPrice(long inputPicoUsd, @Nullable Long cachedInputPicoUsd, long outputPicoUsd) {
    /** The names of what a price is made of, wherever it is entered. */
    public static final String INPUT = "input_per_million";

    public static final String CACHED_INPUT = "cached_input_per_million";
    public static final String OUTPUT = "output_per_million";

    /** A million US dollars for a million tokens. */
    public static final long MOST = 1_000_000_000_000L;

    /** So many tokens of each kind can't overflow: the sum stays below 2^63 at the highest price. */
    private static final long FEW_TOKENS = 4_000_000;

    private static final int DECIMALS = 6;
    private static final int PICO_PER_NANO = 1_000;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,20}(\\.[0-9]{1,20})?");
    private static final BigDecimal MOST_PER_MILLION = BigDecimal.valueOf(MOST, DECIMALS);

    public TokenPrice {
        require(inputPicoUsd);
        require(outputPicoUsd);
        if (cachedInputPicoUsd != null) {
            require(cachedInputPicoUsd);
        }
    }

    private static void require(long picoUsd) {
        if (picoUsd < 0 || picoUsd > MOST) {
            throw new IllegalArgumentException("no price of a token: " + picoUsd + " pico-USD");
        }
    }

    /**
     * Reads a price, each part as {@link #parse} does.
     *
     * @param cachedInput null or blank for the same as {@code input}
     * @throws InvalidFieldException at {@link #INPUT}, {@link #CACHED_INPUT} or {@link #OUTPUT}
     */
    public static TokenPrice of(String input, @Nullable String cachedInput, String output) {
        return new TokenPrice(
                parse(INPUT, input),
                cachedInput == null || cachedInput.isBlank() ? null : (Long) parse(CACHED_INPUT, cachedInput),
                parse(OUTPUT, output));
    }

    /**
     * Reads US dollars per million tokens: 0 to 1,000,000 with at most six decimals, such as {@code 0.15}.
     *
     * @return pico-USD per token
     * @throws InvalidFieldException if the text is anything else
     */
    public static long parse(String field, String text) {
        String number = text.strip();
        if (!NUMBER.matcher(number).matches()) {
            throw new InvalidFieldException(
                    field,
                    field + " must be US dollars per million tokens as a plain number with a point, such as 0.15");
        }
        BigDecimal perMillion = new BigDecimal(number);
        if (perMillion.stripTrailingZeros().scale() > DECIMALS) {
            throw new InvalidFieldException(
                    field, field + " must have at most " + DECIMALS + " decimals, such as 0.000001");
        }
        if (perMillion.compareTo(MOST_PER_MILLION) > 0) {
            throw new InvalidFieldException(
                    field, field + " must be at most 1000000 US dollars per million tokens; check the unit");
        }
        return perMillion.movePointRight(DECIMALS).longValueExact();
    }

    /** The reverse of {@link #parse}, without needless zeros. */
    public static String perMillion(long picoUsd) {
        return BigDecimal.valueOf(picoUsd, DECIMALS).stripTrailingZeros().toPlainString();
    }

    public String inputPerMillion() {
        return perMillion(inputPicoUsd);
    }

    /** Null if there is none of its own. */
    public @Nullable String cachedInputPerMillion() {
        return cachedInputPicoUsd == null ? null : perMillion(cachedInputPicoUsd);
    }

    public String outputPerMillion() {
        return perMillion(outputPicoUsd);
    }

    /**
     * What one request comes to, in nano-USD, rounded half up; the most that fits if it is more than that.
     *
     * @param input all tokens of the input; negative counts are taken as zero
     * @param cached those of them that came from a cache; more than the input are taken as all of it
     */
    public long cost(long input, long cached, long output) {
        long in = Math.max(0, input);
        long fromCache = Math.clamp(cached, 0, in);
        long out = Math.max(0, output);
        long cachedPrice = cachedInputPicoUsd == null ? inputPicoUsd : cachedInputPicoUsd;
        if (in <= FEW_TOKENS && out <= FEW_TOKENS) {
            long pico = (in - fromCache) * inputPicoUsd + fromCache * cachedPrice + out * outputPicoUsd;
            return pico / PICO_PER_NANO + (pico % PICO_PER_NANO >= PICO_PER_NANO / 2 ? 1 : 0);
        }
        BigInteger nano = product(in - fromCache, inputPicoUsd)
                .add(product(fromCache, cachedPrice))
                .add(product(out, outputPicoUsd))
                .add(BigInteger.valueOf(PICO_PER_NANO / 2))
                .divide(BigInteger.valueOf(PICO_PER_NANO));
        return nano.bitLength() < Long.SIZE ? nano.longValue() : Long.MAX_VALUE;
    }

    private static BigInteger product(long tokens, long picoUsd) {
        return BigInteger.valueOf(tokens).multiply(BigInteger.valueOf(picoUsd));
    }
}
