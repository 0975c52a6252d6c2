package dev.inferencekey.server.gateway;

/** A few names of members, by their hashes. Not thread-safe. */
final class MemberNames {
    private static final int MAX_NAMES = 32;

    private final long[] hashes = new long[MAX_NAMES];
    private int count;

    /** Adds one, unless there are too many. */
    void add(long hash) {
        if (count < MAX_NAMES) {
            hashes[count++] = hash;
        }
    }

    boolean contains(long hash) {
        for (int i = 0; i < count; i++) {
            if (hashes[i] == hash) {
                return true;
            }
        }
        return false;
    }
}
