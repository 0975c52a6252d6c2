package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.ports.access.Backends;
import java.time.Duration;
import java.time.Instant;

/** What a caller is told when nothing serves the workload and waiting here does not help. Stateless. */
final class Readiness {
    private Readiness() {}

    static Refusal closed(Backends.Closed closed, Instant now) {
        Instant opensAt = closed.opensAt();
        if (opensAt == null) {
            return Refusal.of(
                    ErrorCode.WORKLOAD_NOT_READY, "the workload is outside its schedule and will not open again");
        }
        long seconds =
                Math.max(1, Duration.between(now, opensAt).plusMillis(999).toSeconds());
        return new Refusal(
                ErrorCode.WORKLOAD_NOT_READY, "the workload is outside its schedule; it opens at " + opensAt, seconds);
    }
}
