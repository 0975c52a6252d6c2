package dev.inferencekey.server.gateway;

import io.netty.buffer.ByteBuf;

/** Passes a request body on while replacing the model that it names. Not thread-safe: one for one body. */
interface BodyRewriter {
    /** Takes the next bytes, without keeping {@code in}; false if the body is malformed, after which nothing more may be fed. */
    boolean feed(ByteBuf in, RewrittenBody out);

    /** The body has ended; false if it is cut off. */
    boolean complete();

    /** What a malformed body should have been, for people: {@code a JSON object}. */
    String expected();
}
