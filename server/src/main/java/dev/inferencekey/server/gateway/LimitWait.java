package dev.inferencekey.server.gateway;

import io.netty.util.concurrent.ScheduledFuture;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request's place among those that wait for a slice of a limit. Left exactly once, by {@link #leave}.
 *
 * <p>Confined to its event loop; what is told from other threads is passed on to the loop.
 */
final class LimitWait {
    private final HeldRequests held;
    private final List<Limiter> limiters;
    private final HeldRequests.Place place;
    private final ScheduledFuture<?> over;

    private LimitWait(HeldRequests held, List<Limiter> limiters, HeldRequests.Place place, ScheduledFuture<?> over) {
        this.held = held;
        this.limiters = limiters;
        this.place = place;
        this.over = over;
    }

    /** Starts to wait, {@code nanos} at most, for what is missing of these limits; null if there is no place. */
    static @Nullable LimitWait start(
            GatewayLoop loop, List<Limiter> limiters, String keyId, long nanos, ReadinessWait.Waiter waiter) {
        HeldRequests held = loop.parts().held();
        HeldRequests.Place place = new HeldRequests.Place(
                keyId,
                () -> loop.loop().execute(waiter::look),
                () -> loop.loop().execute(waiter::giveUp));
        if (!held.enter(place)) {
            return null;
        }
        limiters.forEach(limiter -> limiter.addWaiter(place));
        // What was answered between the last look and now would else be missed, and who asks is to know that somebody
        // waits.
        place.tellOfChange();
        limiters.forEach(Limiter::needMore);
        return new LimitWait(held, limiters, place, loop.loop().schedule(waiter::giveUp, nanos, TimeUnit.NANOSECONDS));
    }

    void leave() {
        limiters.forEach(limiter -> limiter.removeWaiter(place));
        over.cancel(false);
        held.leave(place);
    }
}
