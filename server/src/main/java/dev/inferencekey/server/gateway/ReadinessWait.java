package dev.inferencekey.server.gateway;

import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * One request's place among those that wait for a replica. Left exactly once, by {@link #leave}.
 *
 * <p>Confined to its event loop; only the endpoint's waking comes from other threads, and that is passed on to the loop.
 */
final class ReadinessWait {
    private final HeldRequests held;
    private final Endpoint endpoint;
    private final Runnable wake;
    private final ScheduledFuture<?> over;

    private ReadinessWait(HeldRequests held, Endpoint endpoint, Runnable wake, ScheduledFuture<?> over) {
        this.held = held;
        this.endpoint = endpoint;
        this.wake = wake;
        this.over = over;
    }

    /** Starts waiting, in a place that has been taken: {@code changed} is run on the loop after each change, {@code over} at the end. */
    static ReadinessWait start(GatewayLoop loop, Endpoint endpoint, long nanos, Runnable changed, Runnable over) {
        Runnable wake = () -> loop.loop().execute(changed);
        endpoint.addWaiter(wake);
        wake.run(); // What changed between the last look and now would else be missed.
        return new ReadinessWait(
                loop.parts().held(), endpoint, wake, loop.loop().schedule(over, nanos, TimeUnit.NANOSECONDS));
    }

    void leave() {
        endpoint.removeWaiter(wake);
        over.cancel(false);
        held.leave();
    }
}
