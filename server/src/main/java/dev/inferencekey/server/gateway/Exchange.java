package dev.inferencekey.server.gateway;

import dev.inferencekey.server.ports.access.OpenRequests;
import io.netty.buffer.ByteBuf;

/** One request and its answer. Confined to the event loop of its connection, which tells it what happens. */
interface Exchange {
    /** Called once, before anything else. The exchange may end right here. */
    void start();

    /** A piece of the request's body; not to be kept or released. */
    void requestBody(ByteBuf content);

    /** All of the body that came in one read has been told, unless the request has ended with it. */
    default void requestReadComplete() {
        // Of interest to who sends on what it is told.
    }

    void requestEnded();

    /** The request's body is not framed as HTTP says, or has stopped coming: there will be no more of it. */
    void requestBroken(String reason);

    /**
     * The total time of a request is over. Told again and again until the exchange ends.
     *
     * @return whether that ended it; the other timeouts go on for one that has no such bound
     */
    default boolean overdue() {
        return false;
    }

    /** Ends it if it is one of these; whether it was under way and was one. */
    default boolean endIf(OpenRequests.Which which) {
        return false;
    }

    /** Our own code has failed; the failure has been logged. */
    void internalError();

    /** The caller has left. */
    void clientGone();

    /** The caller has taken what was written for it. */
    void clientWritable();

    /** The gateway is about to be stopped, and the time for running requests is over. */
    void gatewayStopping();
}
