package dev.inferencekey.server.domain.limit;

/**
 * What a node may do with one quantity after an exchange.
 *
 * @param held its slice
 * @param yieldTo what it should come down to, since another node has less than its fair part; {@code held} if nobody needs it
 * @param othersUsed what the other nodes had in use when they last said so
 * @param othersIdle what the others held without using it then, and what nobody holds
 * @param othersFreeInMicros when the others may have more to give, from now; 0 if that can't be known
 */
public record SliceReply(long held, long yieldTo, long othersUsed, long othersIdle, long othersFreeInMicros) {}
