package dev.inferencekey.server.domain.metering;

/**
 * Why what was metered and what was counted are not the same, with its numbers.
 *
 * @param inputTokens by how many more were metered than counted for this reason; negative if fewer were
 * @param outputTokens the same of what was generated
 * @param requests of how many requests, 0 if that is not known
 * @param message one sentence, for people
 */
public record Difference(Reason reason, long inputTokens, long outputTokens, long requests, String message) {
    public enum Reason {
        CACHED_INPUT("cached_input"),
        ONLY_READ("only_read"),
        ESTIMATED("estimated"),
        ENDED_LATER("ended_later"),
        UNDER_WAY("under_way"),
        IN_JOURNAL("in_journal"),
        COUNTERS_RESET("counters_reset"),
        NOT_READ_AT_END("not_read_at_end"),
        NO_COUNTERS("no_counters"),
        MORE_COUNTED("more_counted"),
        MORE_METERED("more_metered");

        private final String wire;

        Reason(String wire) {
            this.wire = wire;
        }

        public String wire() {
            return wire;
        }
    }
}
