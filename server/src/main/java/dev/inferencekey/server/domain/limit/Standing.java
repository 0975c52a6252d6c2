package dev.inferencekey.server.domain.limit;

/**
 * How much is left of a limit per minute.
 *
 * @param left 0 or more
 * @param resetNanos when all of it will be there again if nothing more is used, nanoseconds from now
 */
public record Standing(int limit, long left, long resetNanos) {}
