package dev.inferencekey.server.gateway;

/**
 * What requests have taught about one replica: after some failures in a row it gets none for a while, each time longer, and then comes
 * back slowly. Nothing is probed; only real requests count.
 *
 * <p>Notes. A failure is a connection that could not be made, an answer that broke off or did not come, or a status that says that the
 * server behind it is not there (502, 503, 504). The first failure after a return ejects again, for twice as long; a success forgets the
 * failures, and one after a full return the ejections too.
 *
 * <p>Thread-safe. A success of a healthy replica, the usual case, is two volatile reads.
 */
final class ReplicaHealth {
    private static final double LEAST_WEIGHT = 0.1;

    private volatile boolean spotless = true;

    // Guarded by this.
    private int failures;
    private int ejections;
    private long ejectedUntil;

    /** Notes a failure; true if it has just ejected the replica. {@code now} is monotonic nanoseconds. */
    synchronized boolean failed(EjectionPolicy policy, long now) {
        if (policy.failures() == 0 || (ejections > 0 && now - ejectedUntil < 0)) {
            return false; // What was under way when it was ejected does not count twice.
        }
        spotless = false;
        failures++;
        if (failures < policy.failures() && ejections == 0) {
            return false;
        }
        ejections++;
        failures = 0;
        ejectedUntil = now + policy.lasts(ejections).toNanos();
        return true;
    }

    /** Notes an answer. */
    void succeeded(EjectionPolicy policy, long now) {
        if (!spotless) {
            synchronized (this) {
                failures = 0;
                if (ejections == 0 || now - ejectedUntil >= policy.slowReturn().toNanos()) {
                    ejections = 0;
                    spotless = true;
                }
            }
        }
    }

    /** What share of requests it should get: 0 while it is ejected, 1 if nothing is known against it. */
    double weight(EjectionPolicy policy, long now) {
        if (spotless) {
            return 1;
        }
        synchronized (this) {
            if (ejections == 0) {
                return 1;
            }
            long back = now - ejectedUntil;
            if (back < 0) {
                return 0;
            }
            long slow = policy.slowReturn().toNanos();
            return back >= slow ? 1 : Math.max(LEAST_WEIGHT, (double) back / slow);
        }
    }
}
