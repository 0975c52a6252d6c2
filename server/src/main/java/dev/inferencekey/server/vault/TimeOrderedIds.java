package dev.inferencekey.server.vault;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.inferencekey.server.ports.IdSource;
import java.security.SecureRandom;
import java.time.InstantSource;

/**
 * Makes ids from the time and chance: 48 bits of milliseconds and 80 random bits, in Crockford's base 32. Thread-safe.
 *
 * <p>Notes. Ids of one process grow strictly, also within a millisecond and when the clock is put back: then the last id's random part
 * is raised by a random amount of up to 72 bits, and if it overflows, the milliseconds by one. So the next id can't be guessed from
 * the last.
 */
public final class TimeOrderedIds implements IdSource {
    private static final byte[] DIGITS = "0123456789abcdefghjkmnpqrstvwxyz".getBytes(US_ASCII);
    private static final int LENGTH = 26;
    private static final int BITS_PER_DIGIT = 5;
    private static final int HIGH_RANDOM_LIMIT = 1 << 16;

    private final InstantSource clock;
    private final SecureRandom random;

    // The last id, guarded by this: milliseconds, then the upper 16 and the lower 64 random bits.
    private long millis = -1;
    private int high;
    private long low;

    /** Random bytes that were drawn in advance, since one large draw costs little more than a small one; guarded by this. */
    private final byte[] pool = new byte[4096];

    private int taken = pool.length;

    public TimeOrderedIds(InstantSource clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
    }

    @Override
    public String next(String prefix) {
        long idHigh;
        long idLow;
        synchronized (this) {
            advance(clock.millis());
            idHigh = millis << 16 | high;
            idLow = low;
        }
        return text(prefix, idHigh, idLow);
    }

    private void advance(long now) {
        if (now > millis) {
            restart(now);
            return;
        }
        long step = nextLong();
        int highStep = nextByte();
        if (step == 0 && highStep == 0) {
            step = 1;
        }
        long raised = low + step;
        int carry = Long.compareUnsigned(raised, low) < 0 ? 1 : 0;
        int raisedHigh = high + highStep + carry;
        if (raisedHigh >= HIGH_RANDOM_LIMIT) {
            restart(millis + 1);
        } else {
            high = raisedHigh;
            low = raised;
        }
    }

    private void restart(long newMillis) {
        millis = newMillis;
        high = nextByte() << 8 | nextByte();
        low = nextLong();
    }

    private long nextLong() {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = value << 8 | nextByte();
        }
        return value;
    }

    private int nextByte() {
        if (taken == pool.length) {
            random.nextBytes(pool);
            taken = 0;
        }
        int value = pool[taken] & 0xff;
        pool[taken++] = 0;
        return value;
    }

    /** Two of them are made for each request, so no other object is than the bytes and the text. */
    private static String text(String prefix, long high, long low) {
        int start = prefix.length() + 1;
        byte[] text = new byte[start + LENGTH];
        for (int i = 0; i < prefix.length(); i++) {
            text[i] = (byte) prefix.charAt(i);
        }
        text[start - 1] = '_';
        long restHigh = high;
        long restLow = low;
        for (int i = text.length - 1; i >= start; i--) {
            text[i] = DIGITS[(int) (restLow & 31)];
            restLow = restLow >>> BITS_PER_DIGIT | restHigh << (Long.SIZE - BITS_PER_DIGIT);
            restHigh >>>= BITS_PER_DIGIT;
        }
        return new String(text, US_ASCII);
    }
}
