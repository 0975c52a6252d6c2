package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.workload.Slug;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.inference.InferenceRoute;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.ports.access.EndpointEntry;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers what one data-plane request leaves behind, and reports it once, if an alive key made it. What was addressed but does not exist
 * or is not the key's business is not named: the workload's id and slug are then empty and the route is {@value #UNKNOWN_ROUTE}.
 *
 * <p>Confined to its event loop.
 */
final class RequestMeter {
    static final String UNKNOWN_ROUTE = "unknown";
    /** What the record says if the caller left before it was answered. */
    static final int CLIENT_CLOSED_REQUEST = 499;

    private static final Logger LOG = LoggerFactory.getLogger(RequestMeter.class);

    private final GatewayParts parts;
    private final String requestId;
    private final String clientAddress;
    private final Instant at;
    private final long startedNanos;

    private Caller.@Nullable DataKey caller;
    private String workloadId = "";
    private String workloadSlug = "";
    private String route = UNKNOWN_ROUTE;
    private @Nullable String model;
    private long requestBytes;
    private long firstByteNanos;
    private boolean firstByteSeen;
    private boolean streamed;
    private boolean reported;
    private @Nullable LimitLease limits;

    RequestMeter(GatewayParts parts, String requestId, String clientAddress) {
        this.parts = parts;
        this.requestId = requestId;
        this.clientAddress = clientAddress;
        this.at = parts.clock().instant();
        this.startedNanos = parts.ticker().getAsLong();
    }

    void admitted(Admission.Outcome outcome, RequestTarget.OfEndpoint target) {
        caller = outcome.caller();
        Endpoint endpoint = outcome.endpoint();
        if (endpoint != null) {
            EndpointEntry entry = endpoint.entry();
            workloadId = entry.workloadId();
            workloadSlug = entry.workloadSlug();
        } else if (caller != null
                && caller.projectSlug().equals(target.project())
                && Slug.isCanonical(target.workload())) {
            workloadSlug = target.workload();
        }
        InferenceRoute served = outcome.route();
        if (served != null) {
            route = served.path();
        }
    }

    String workloadSlug() {
        return workloadSlug;
    }

    /** What the request holds of limits is settled when it ends. */
    void limited(LimitLease lease) {
        limits = lease;
    }

    void reached(Replica replica) {
        model = replica.target().model();
    }

    /** Counts bytes of the request's body, and says how many there are by now. */
    long requestBytes(int more) {
        requestBytes += more;
        return requestBytes;
    }

    void firstByte() {
        if (!firstByteSeen) {
            firstByteSeen = true;
            firstByteNanos = parts.ticker().getAsLong();
        }
    }

    void streamed() {
        streamed = true;
    }

    /** The request has ended; a second call does nothing. */
    void end(int status, boolean cancelled, long responseBytes, @Nullable UsageScan usage) {
        if (reported) {
            return;
        }
        reported = true;
        if (limits != null) {
            limits.settle(usage, cancelled ? model != null : status < 400);
        }
        long durationMicros = micros(parts.ticker().getAsLong());
        LOG.atDebug()
                .addKeyValue("request_id", requestId)
                .addKeyValue("key", caller == null ? "" : caller.display())
                .addKeyValue("workload", workloadSlug)
                .addKeyValue("route", route)
                .addKeyValue("status", status)
                .addKeyValue("duration_us", durationMicros)
                .log("data-plane request ended");
        if (caller == null) {
            return;
        }
        parts.events()
                .requestEnded(new UsageRecord(
                        parts.ids().next("use"),
                        requestId,
                        at,
                        caller.projectSlug(),
                        workloadId,
                        workloadSlug,
                        caller.keyId(),
                        caller.publicId(),
                        clientAddress,
                        route,
                        model,
                        status,
                        usage == null ? null : usage.inputTokens(),
                        usage == null ? null : usage.outputTokens(),
                        usage == null ? null : usage.cachedTokens(),
                        durationMicros,
                        firstByteSeen ? micros(firstByteNanos) : null,
                        requestBytes,
                        responseBytes,
                        streamed,
                        cancelled));
    }

    private long micros(long nanos) {
        return TimeUnit.NANOSECONDS.toMicros(nanos - startedNanos);
    }
}
