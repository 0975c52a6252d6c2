package dev.inferencekey.server.domain.usage;

/** What a line of a report is about. */
public sealed interface UsageGroup {
    /** Every request that fits the filter. */
    record All() implements UsageGroup {}

    /** Those with this slug, id, model or status. */
    record Value(String text) implements UsageGroup {}

    /** Those that have no value: no model server was reached. */
    record Without() implements UsageGroup {}

    /** Those that have no line of their own. */
    record Others() implements UsageGroup {}
}
