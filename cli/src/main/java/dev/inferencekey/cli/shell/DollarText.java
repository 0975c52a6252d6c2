package dev.inferencekey.cli.shell;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** US dollars as people read them: cents, or two digits where there are none. Stateless and thread-safe. */
public final class DollarText {
    private static final MathContext TWO_DIGITS = new MathContext(2, RoundingMode.HALF_UP);

    private DollarText() {}

    /** Such as {@code 0.0012} or {@code 12.30}; null for nothing, which is also what has no price comes to. */
    public static @Nullable String of(@Nullable String exact) {
        if (exact == null) {
            return null;
        }
        BigDecimal dollars;
        try {
            dollars = new BigDecimal(exact);
        } catch (NumberFormatException e) {
            return exact;
        }
        if (dollars.signum() == 0) {
            return null;
        }
        if (dollars.compareTo(BigDecimal.ONE) >= 0) {
            return dollars.setScale(2, RoundingMode.HALF_UP).toPlainString();
        }
        BigDecimal digits = dollars.round(TWO_DIGITS).stripTrailingZeros();
        return digits.setScale(Math.max(2, digits.scale()), RoundingMode.UNNECESSARY)
                .toPlainString();
    }
}
