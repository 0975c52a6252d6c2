package dev.inferencekey.server.domain.limit;

/**
 * One node's slice of one quantity of a limit, as the store keeps it.
 *
 * @param turn which of the node's exchanges has written it; a later one has a higher number
 * @param held how much the node may have in use, 0 or more
 * @param needed what it has in use and what it had to hold back; it is short if that is more than it holds
 * @param used what it had in use when it last wrote
 * @param freesAtMicros when some of what it uses will be free if it uses nothing more, by the store's clock; 0 if that can't be known
 * @param untilMicros until when the slice counts although its node is gone, by the store's clock; 0 while the node lives
 */
public record Slice(String node, long turn, long held, long needed, long used, long freesAtMicros, long untilMicros) {
    boolean gone() {
        return untilMicros != 0;
    }

    boolean isShort() {
        return !gone() && needed > held;
    }

    Slice countsUntil(long micros) {
        return new Slice(node, turn, held, needed, used, freesAtMicros, micros);
    }
}
