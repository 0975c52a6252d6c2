package dev.inferencekey.server.gateway;

import org.jspecify.annotations.Nullable;

/** The numbers of one place in which a model server tells its usage; -1 for what it does not tell. Not thread-safe. */
final class TokenCounts {
    long input = -1;
    long output = -1;
    long total = -1;
    long cached = -1;
    long reasoning = -1;

    boolean any() {
        return input >= 0 || output >= 0 || total >= 0 || cached >= 0;
    }

    void clear() {
        input = -1;
        output = -1;
        total = -1;
        cached = -1;
        reasoning = -1;
    }

    @Nullable
    Long input(boolean totalIsInput) {
        return known(totalIsInput && input < 0 && output < 0 ? total : input);
    }

    /** Some (xAI) tell reasoning beside the output instead of within it, which the total gives away. */
    @Nullable
    Long output() {
        boolean beside = output >= 0 && input >= 0 && reasoning > 0 && total == input + output + reasoning;
        return known(beside ? output + reasoning : output);
    }

    @Nullable
    Long cached() {
        return known(cached);
    }

    private static @Nullable Long known(long count) {
        return count < 0 ? null : count;
    }
}
