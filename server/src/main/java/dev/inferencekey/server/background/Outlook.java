package dev.inferencekey.server.background;

import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is told about a workload at one moment. Pure.
 *
 * @param message one sentence
 * @param step null if there is nothing to say
 */
record Outlook(
        ReadinessPhase phase, String message, @Nullable String step) {
    /** The step of a replica whose process is only being made; every later one counts as bootstrapping. */
    private static final String PROCESS_START = "process_start";

    /**
     * @param desired how many replicas there should be
     * @param readyPresent how many of the present generation are ready
     * @param readyOld how many of older generations are
     * @param starting the present generation's replica that is furthest on its way, null if none is
     */
    static Outlook of(
            Gate gate,
            int desired,
            int readyPresent,
            int readyOld,
            ReplicaStatus.@Nullable Starting starting,
            Attempts attempts) {
        return switch (gate) {
            case Gate.Blocked blocked -> new Outlook(blocked.phase(), blocked.message(), null);
            case Gate.Closed(var opensAt) ->
                new Outlook(
                        ReadinessPhase.SCHEDULING,
                        opensAt == null ? "closed: its schedule never opens again" : "closed until " + opensAt,
                        null);
            case Gate.Idle() -> new Outlook(ReadinessPhase.READY, "scaled to zero; the next request starts it", null);
            case Gate.Open() -> whileOpen(desired, readyPresent, readyOld, starting, attempts);
        };
    }

    private static Outlook whileOpen(
            int desired, int readyPresent, int readyOld, ReplicaStatus.@Nullable Starting starting, Attempts attempts) {
        if (readyPresent >= desired) {
            return new Outlook(ReadinessPhase.READY, "ready", null);
        }
        String failure = attempts.lastFailure();
        if (readyPresent > 0) {
            String missing = readyPresent + " of " + desired + " replicas are ready";
            return new Outlook(
                    ReadinessPhase.READY,
                    failure == null ? missing : missing + "; another one failed: " + failure,
                    null);
        }
        if (failure != null && (attempts.isError() || readyOld > 0)) {
            String kept = readyOld > 0 ? "the changed version failed and the one before goes on serving: " : "";
            return new Outlook(ReadinessPhase.ERROR, kept + failure, null);
        }
        if (starting != null) {
            boolean early = starting.step().equals(PROCESS_START);
            return new Outlook(
                    early ? ReadinessPhase.PROVISIONING : ReadinessPhase.BOOTSTRAPPING,
                    starting.message(),
                    starting.step());
        }
        if (failure != null) {
            String next = attempts.notBefore() == null
                    ? ""
                    : " (next attempt at " + attempts.notBefore().truncatedTo(ChronoUnit.SECONDS) + ")";
            return new Outlook(ReadinessPhase.PROVISIONING, failure + next, null);
        }
        return new Outlook(ReadinessPhase.SCHEDULING, "waiting to be started", null);
    }

    /** What the data plane is told, given who can be called. */
    Backends backends(Gate gate, List<ReplicaTarget> ready) {
        if (!ready.isEmpty()) {
            return new Backends.Ready(ready);
        }
        return switch (gate) {
            case Gate.Closed(var opensAt) -> new Backends.Closed(opensAt);
            // Waiting for a worker that nobody has registered helps no request.
            case Gate.Blocked blocked -> new Backends.Failed(blocked.message());
            case Gate.Idle() -> new Backends.Starting(message);
            case Gate.Open() ->
                phase == ReadinessPhase.ERROR ? new Backends.Failed(message) : new Backends.Starting(message);
        };
    }
}
