package dev.inferencekey.server.domain.node;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One process of a deployment, as the store knows it.
 *
 * @param startedAt by the store's clock, like all times here
 * @param heartbeatAt when it last renewed its lease
 * @param beats how often it has; whoever sees this number stand still for the time of the lease knows that the lease has run out, whatever
 *     any clock says
 * @param epoch the last change of access that it has in force and has acknowledged; 0 if none, or if the log no longer holds that change
 * @param acknowledgedAt when it acknowledged that, null if it never did
 * @param draining whether it tells its callers to go elsewhere
 * @param lostAt when its lease was found to have run out; null while it is live
 * @param servesAtMostUntil when it surely admits no request any more; null while it is live, and for one that never does. What
 *     {@code Membership} gives is counted by the monotonic clock of who looks, so that no step of the store's makes it too early
 */
public record Node(
        Declared declared,
        Instant startedAt,
        Instant heartbeatAt,
        long beats,
        long epoch,
        @Nullable Instant acknowledgedAt,
        boolean draining,
        @Nullable Instant lostAt,
        @Nullable Instant servesAtMostUntil) {
    /**
     * What a node says of itself when it starts.
     *
     * @param id {@code node_…}; another one with each start, so that what a former start held is not taken for this one's
     * @param homeId the data folder's, which one process at a time can hold: a former start with the same one is surely over
     * @param name for people; no two live nodes have the same
     * @param version of the program
     * @param runsEngines whether model servers may be started on it
     * @param advertised where other nodes reach it, as {@code host:port}; null if they can't
     * @param lease how long the others wait for it when it is not heard of; its own clock stops it before that
     * @param whenCutOffFor for how long at most it serves when it is cut off, if it does
     */
    public record Declared(
            String id,
            String homeId,
            String name,
            String version,
            NodeRole role,
            boolean runsEngines,
            @Nullable String advertised,
            Duration lease,
            WhenCutOff whenCutOff,
            Duration whenCutOffFor) {
        /** For how long after its lease it admits requests. */
        public Duration servesOnFor() {
            return whenCutOff == WhenCutOff.SERVE ? whenCutOffFor : Duration.ZERO;
        }
    }

    public String id() {
        return declared.id();
    }

    public String name() {
        return declared.name();
    }

    /** Whether its lease has not been found to have run out. */
    public boolean live() {
        return lostAt == null;
    }

    /** Whether it is lost, and may nevertheless admit requests at this time. */
    public boolean mayServeAt(Instant time) {
        return servesAtMostUntil != null && servesAtMostUntil.isAfter(time);
    }

    /** The same with another time from which it surely admits no request; for a lost one with a data plane. */
    public Node servingAtMostUntil(Instant time) {
        return new Node(declared, startedAt, heartbeatAt, beats, epoch, acknowledgedAt, draining, lostAt, time);
    }
}
