package dev.inferencekey.server.gateway;

import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request's place among those that wait for a replica. Left exactly once, by {@link #leave}.
 *
 * <p>Confined to its event loop; only the endpoint's waking and being displaced come from other threads, and both are passed on to the loop.
 */
final class ReadinessWait {
    private final HeldRequests held;
    private final Endpoint endpoint;
    private final HeldRequests.Place place;
    private final ScheduledFuture<?> over;

    private ReadinessWait(HeldRequests held, Endpoint endpoint, HeldRequests.Place place, ScheduledFuture<?> over) {
        this.held = held;
        this.endpoint = endpoint;
        this.place = place;
        this.over = over;
    }

    /** Who waits. Told on its loop, maybe after it has left. */
    interface Waiter {
        /** What serves the workload may have changed. */
        void look();

        /** The time is over, or the place was needed for another key. */
        void giveUp();
    }

    /** Starts to wait; null if there is no place. */
    static @Nullable ReadinessWait start(GatewayLoop loop, Endpoint endpoint, String keyId, long nanos, Waiter waiter) {
        HeldRequests held = loop.parts().held();
        HeldRequests.Place place = new HeldRequests.Place(
                keyId,
                () -> loop.loop().execute(waiter::look),
                () -> loop.loop().execute(waiter::giveUp));
        if (!held.enter(place)) {
            return null;
        }
        endpoint.addWaiter(place);
        place.tellOfChange(); // What changed between the last look and now would else be missed.
        return new ReadinessWait(
                held, endpoint, place, loop.loop().schedule(waiter::giveUp, nanos, TimeUnit.NANOSECONDS));
    }

    void leave() {
        endpoint.removeWaiter(place);
        over.cancel(false);
        held.leave(place);
    }
}
