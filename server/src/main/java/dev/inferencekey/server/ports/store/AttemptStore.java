package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.limit.AttemptLimit;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What was used of limits on attempts. A bucket that nobody tried lately is full, and takes no room. */
public interface AttemptStore {
    /**
     * Takes one attempt out of a bucket: of two that come at the same time for the last one, exactly one gets it.
     *
     * @param bucket a name that tells nothing about whom it is for
     * @return how long to wait if there was none left, in which case nothing was changed
     */
    Optional<Duration> take(String bucket, AttemptLimit limit, Instant now);

    /** Fills the bucket. */
    void fill(String bucket);

    /** Forgets buckets that are full at {@code now}, and of the others the fullest beyond {@code keep}: those from which least was taken. */
    void trim(Instant now, int keep);
}
