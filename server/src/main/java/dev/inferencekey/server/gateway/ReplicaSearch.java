package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.ports.access.Backends;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a replica for one request, and waits until there is one: each replica is tried once, and those that are on nodes which may be gone
 * again after a while. Confined to its event loop.
 */
final class ReplicaSearch implements ReadinessWait.Waiter {
    /** Who needs a replica. Told one thing for each {@link #find}, maybe before that returns, or nothing after {@link #leave}. */
    interface Seeker {
        void found(Replica replica);

        void nothingFound(Refusal refusal);

        /** The endpoint was removed, maybe while the request waited. */
        void endpointRemoved();

        /** Whether what was tried in vain may be tried once more. */
        boolean mayWaitForNodes();
    }

    private static final long RETRY_AFTER_SECONDS = 5;
    private static final Refusal NOT_READY = new Refusal(
            ErrorCode.WORKLOAD_NOT_READY,
            "the workload is not ready yet: none of its replicas serves; try again",
            RETRY_AFTER_SECONDS);
    /** What an engine printed, or what stands in a declaration, is for those who run the workload, and they find it on the control plane. */
    private static final Refusal FAILED = Refusal.of(
            ErrorCode.WORKLOAD_FAILED,
            "the workload has failed; whoever runs it finds the reason on its page, or with: ik workload show");

    /** How long a request waits until it tries nodes again that could not be reached, unless another replica serves before. */
    private static final long UNREACHABLE_NODES_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Seeker seeker;
    private final GatewayLoop loop;
    private final Endpoint endpoint;
    private final RequestMeter meter;
    private final Duration mostWait;

    private final List<Replica> tried = new ArrayList<>(1);
    /** Of this, every replica has been tried in vain, and one at least is on a node that may be gone; null if there is nothing like that. */
    private @Nullable Serving exhausted;

    private long waitSince = -1;
    private @Nullable ReadinessWait waiting;

    /** @param mostWait for a replica */
    ReplicaSearch(Seeker seeker, GatewayLoop loop, Endpoint endpoint, RequestMeter meter, Duration mostWait) {
        this.seeker = seeker;
        this.loop = loop;
        this.endpoint = endpoint;
        this.meter = meter;
        this.mostWait = mostWait;
    }

    /** Finds a replica that was not tried yet, or waits for one. */
    void find() {
        if (endpoint.removed()) {
            seeker.endpointRemoved();
            return;
        }
        Serving serving = endpoint.serving();
        switch (serving.backends()) {
            case Backends.Ready _ -> {
                if (waiting == null || !sameAsExhausted(serving)) {
                    leave();
                    tryReplica(serving);
                }
            }
            case Backends.Failed _ -> seeker.nothingFound(FAILED);
            case Backends.Closed closed ->
                seeker.nothingFound(
                        Readiness.closed(closed, loop.parts().clock().instant()));
            case Backends.Starting _ -> {
                if (waiting == null) {
                    hold();
                }
            }
        }
    }

    /** Waits no more. */
    void leave() {
        if (waiting != null) {
            waiting.leave();
            waiting = null;
        }
    }

    private void hold() {
        long now = loop.now();
        if (waitSince < 0) {
            waitSince = now;
        }
        long left = mostWait.toNanos() - (now - waitSince);
        waiting = left > 0 ? ReadinessWait.start(loop, endpoint, meter.keyId(), left, this) : null;
        loop.parts().events().demandWithoutReplica(endpoint.entry().workloadId());
        if (waiting == null) {
            seeker.nothingFound(NOT_READY);
        }
    }

    @Override
    public void look() {
        if (waiting != null) {
            find();
        }
    }

    @Override
    public void giveUp() {
        if (waiting != null) {
            seeker.nothingFound(NOT_READY);
        }
    }

    private void tryReplica(Serving serving) {
        Replica next = serving.leastOutstanding(
                tried, loop.nextTurn(), loop.parts().config().ejection(), loop.now());
        if (next == null && serving.reachesNodes() && seeker.mayWaitForNodes()) {
            awaitOtherReplicas(serving);
            return;
        }
        if (next == null) {
            seeker.nothingFound(Refusal.of(ErrorCode.UPSTREAM_ERROR, "no model server of the workload can be reached"));
            return;
        }
        tried.add(next);
        seeker.found(next);
    }

    /** A node may be gone for good: what ran there will then be started elsewhere. Or it can be reached again in a moment. */
    private void awaitOtherReplicas(Serving serving) {
        exhausted = serving;
        tried.clear();
        hold();
        var _ = loop.loop()
                .schedule(
                        () -> {
                            exhausted = null;
                            look();
                        },
                        UNREACHABLE_NODES_NANOS,
                        TimeUnit.NANOSECONDS);
    }

    @SuppressWarnings("ReferenceEquality") // Whether anything was told since, not whether it was something else.
    private boolean sameAsExhausted(Serving serving) {
        return serving == exhausted;
    }
}
