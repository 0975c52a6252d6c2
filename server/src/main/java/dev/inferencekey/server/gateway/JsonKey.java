package dev.inferencekey.server.gateway;

/**
 * The key that a {@link JsonScan} is at, however its bytes are cut into pieces and however its characters are spelled.
 *
 * <p>Notes. It is kept as the characters that its escapes stand for. Besides ASCII there are four characters that some reader takes for
 * a letter of ASCII when it ignores case (Go {@code s} and {@code k}, Java also {@code i}): each is kept as that letter with its highest
 * bit set. A NUL, which ends a text in C, ends the key. A key of more than {@value #MAX_LENGTH} characters, or with others than these, is
 * none that anyone asks for.
 *
 * <p>Not thread-safe.
 */
final class JsonKey {
    private static final int MAX_LENGTH = 32;
    private static final int UNWATCHED = -1;
    private static final int HIGHEST_BIT = 0x80;
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;
    private static final byte[] NONE = {};

    /** Of keys that do not come in one plain piece. */
    private byte[] gathered = NONE;
    /** Where the key is that has just ended: there, or in what is being fed. */
    private byte[] key = gathered;

    private int from;
    private int length = UNWATCHED;
    /** Behind a NUL. */
    private boolean cut;

    void begin(boolean watched) {
        length = watched ? 0 : UNWATCHED;
        cut = false;
    }

    /** A run of characters that stand for themselves. */
    void bytes(byte[] in, int start, int count) {
        if (length == UNWATCHED || cut) {
            return;
        }
        if (count > MAX_LENGTH - length) {
            length = UNWATCHED;
        } else {
            System.arraycopy(in, start, gathered(), length, count);
            length += count;
        }
    }

    /** One character that did not stand for itself: by its escape, or as UTF-8. */
    void character(int c) {
        if (length == UNWATCHED || cut) {
            return;
        }
        int kept = switch (c) {
            case 0x130, 0x131 -> 'i' | HIGHEST_BIT;
            case 0x17f -> 's' | HIGHEST_BIT;
            case 0x212a -> 'k' | HIGHEST_BIT;
            default -> c < HIGHEST_BIT ? c : UNWATCHED;
        };
        if (kept == UNWATCHED || length == MAX_LENGTH) {
            length = UNWATCHED;
            return;
        }
        gathered()[length++] = (byte) kept;
        cut = c == 0;
    }

    /** The key ends with the run up to {@code end}; what it was fed from must stay as it is for as long as it is asked for. */
    void end(byte[] in, int start, int end) {
        if (length == 0) {
            key = in; // All of it is here: no need to gather it.
            from = start;
            length = end - start;
        } else {
            bytes(in, start, end - start);
            key = gathered;
            from = 0;
        }
    }

    /** Whether it is exactly this. */
    boolean is(byte[] name) {
        if (length != name.length) {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            if (key[from + i] != name[i]) {
                return false;
            }
        }
        return true;
    }

    /** A hash of it; 0 for one that nobody asks for. */
    long hash() {
        long hash = FNV_OFFSET;
        for (int i = 0; i < length; i++) {
            hash = (hash ^ key[from + i]) * FNV_PRIME;
        }
        return length == UNWATCHED ? 0 : hash;
    }

    /** Whether a reader that ignores case, or stops at a NUL, takes it for this, which is in lower case. */
    boolean looksLike(byte[] name) {
        if ((cut ? length - 1 : length) != name.length) {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            int letter = key[from + i] & (HIGHEST_BIT - 1);
            if ((letter >= 'A' && letter <= 'Z' ? letter + ('a' - 'A') : letter) != name[i]) {
                return false;
            }
        }
        return true;
    }

    private byte[] gathered() {
        if (gathered.length == 0) {
            gathered = new byte[MAX_LENGTH];
        }
        return gathered;
    }
}
