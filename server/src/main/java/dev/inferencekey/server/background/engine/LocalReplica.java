package dev.inferencekey.server.background.engine;

import dev.inferencekey.server.domain.replica.PlacedReplica;
import dev.inferencekey.server.domain.replica.PlacedReplica.Standing;
import dev.inferencekey.server.domain.replica.ReplicaAddress;
import dev.inferencekey.server.domain.replica.ReplicaPhase;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A replica that runs on this node, and what its row is to say of it. Confined to the agent's thread, but for what is
 * final or volatile.
 */
final class LocalReplica {
    static final Standing CUT_OFF = failed("it ended when its node was cut off from the store", true);

    final Replica replica;
    final String workloadId;
    /** Whether nothing of it runs on this node. */
    final boolean external;
    /** What its row says of it. */
    Standing reported;
    /** Whether it is being killed, because others may start the same elsewhere. */
    volatile boolean lost;
    /** Whether, then, nothing of it is left. */
    volatile boolean gone;

    private final SecretCipher cipher;
    private final @Nullable String advertised;
    private final InstantSource clock;
    private @Nullable ReplicaAddress address;
    private @Nullable ReplicaTarget target;
    private @Nullable Instant readySince;

    /** @param advertised where other nodes reach this one; null if they can't */
    LocalReplica(
            Replica replica,
            PlacedReplica placed,
            boolean external,
            SecretCipher cipher,
            @Nullable String advertised,
            InstantSource clock) {
        this.replica = replica;
        this.workloadId = placed.workloadId();
        this.external = external;
        this.reported = placed.standing();
        this.cipher = cipher;
        this.advertised = advertised;
        this.clock = clock;
    }

    static Standing failed(String message, boolean retryable) {
        return new Standing(ReplicaPhase.FAILED, "", message, retryable, null, null);
    }

    /** How it stands now. */
    Standing standing() {
        if (lost) {
            // As long as something of it is left nothing takes its place.
            return gone ? CUT_OFF : reported;
        }
        return switch (replica.status()) {
            case ReplicaStatus.Starting(String step, String message) ->
                new Standing(ReplicaPhase.STARTING, step, message, true, null, null);
            case ReplicaStatus.Ready(ReplicaTarget serves, String note) ->
                new Standing(ReplicaPhase.READY, "", note, true, readySince(), address(serves));
            case ReplicaStatus.Unable(String message) ->
                new Standing(ReplicaPhase.UNABLE, "", message, true, readySince, null);
            case ReplicaStatus.Failed(String message, boolean retryable) -> failed(message, retryable);
        };
    }

    private Instant readySince() {
        Instant since = readySince;
        if (since == null) {
            since = clock.instant().truncatedTo(ChronoUnit.MICROS);
            readySince = since;
        }
        return since;
    }

    private ReplicaAddress address(ReplicaTarget serves) {
        ReplicaAddress known = address;
        if (known == null || !serves.equals(target)) {
            String secret = serves.bearerSecret();
            known = new ReplicaAddress(
                    serves.baseUrl(),
                    serves.model(),
                    secret == null ? null : sealed(secret, serves.replicaId()),
                    serves.external(),
                    serves.routesBelowV1(),
                    advertised);
            address = known;
            target = serves;
        }
        return known;
    }

    private String sealed(String secret, String replicaId) {
        return Base64.getEncoder().encodeToString(cipher.seal(secret, ReplicaBoard.sealContext(replicaId)));
    }
}
