package dev.inferencekey.server.domain.limit;

/**
 * What a node says of its slice of one quantity when it asks for more, gives some back, or both.
 *
 * @param limit the limit as the node knows it
 * @param keeps what it goes on to use of its slice, whatever is answered: it has lowered its own to this before it asks
 * @param needs what it has in use and what it has to hold back now
 * @param wants what it would like to hold where nobody else needs it, so that it need not ask for each request
 * @param used what it has in use
 * @param freesInMicros when some of that will be free if it uses nothing more, from now; 0 if that can't be known
 */
public record SliceAsk(long limit, long keeps, long needs, long wants, long used, long freesInMicros) {}
