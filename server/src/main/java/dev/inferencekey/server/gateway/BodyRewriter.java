package dev.inferencekey.server.gateway;

import io.netty.buffer.ByteBuf;

/** Passes a request body on while replacing the model that it names. Not thread-safe: one for one body. */
interface BodyRewriter {
    /** Takes the next bytes, without keeping {@code in}; false if the body is malformed, after which nothing more may be fed. */
    boolean feed(ByteBuf in, RewrittenBody out);

    /** The body has ended; false if it is cut off. */
    boolean complete();

    /** What is wrong with a body that was refused, for people. */
    String problem();

    /**
     * By how many bytes what is passed on can be longer than what comes, at most, with a model of this length; -1 if that can't be told yet.
     * More than it turns out to be can be filled up with spaces behind the body.
     */
    long growth(int modelLength);
}
