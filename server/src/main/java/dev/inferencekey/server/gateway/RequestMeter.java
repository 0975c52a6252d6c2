package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.contract.workload.Slug;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.inference.InferenceRoute;
import dev.inferencekey.server.domain.inference.RequestTarget;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.ports.access.EndpointEntry;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

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

    private final GatewayParts parts;
    private final LoopObserver observer;
    private final String requestId;
    private final String clientAddress;
    private final RequestTrace trace;
    private final Instant at;
    private final long startedNanos;

    private Caller.@Nullable DataKey caller;
    private String workloadId = "";
    private String workloadSlug = "";
    private String route = UNKNOWN_ROUTE;
    private @Nullable Endpoint endpoint;
    private @Nullable InferenceRoute servedRoute;
    private @Nullable Replica replica;
    private @Nullable ErrorCode error;
    private long requestBytes;
    private long firstByteNanos;
    private boolean firstByteSeen;
    private boolean streamed;
    private boolean reported;
    private @Nullable LimitLease limits;
    private @Nullable BudgetHold budget;

    /** How a request ended; times in microseconds, -1 for a first byte that never came. */
    record Ending(
            int status,
            boolean cancelled,
            long responseBytes,
            TokenCount tokens,
            long durationMicros,
            long firstByteMicros) {}

    RequestMeter(GatewayLoop loop, String requestId, String clientAddress, RequestTrace trace) {
        this.parts = loop.parts();
        this.observer = loop.observer();
        this.trace = trace;
        this.requestId = requestId;
        this.clientAddress = clientAddress;
        this.at = parts.clock().instant();
        this.startedNanos = parts.ticker().getAsLong();
        observer.begun();
    }

    void admitted(Admission.Outcome outcome, RequestTarget.OfEndpoint target) {
        caller = outcome.caller();
        Endpoint addressed = outcome.endpoint();
        endpoint = addressed;
        if (addressed != null) {
            EndpointEntry entry = addressed.entry();
            workloadId = entry.workloadId();
            workloadSlug = entry.workloadSlug();
        } else if (caller != null
                && caller.projectSlug().equals(target.project())
                && Slug.isCanonical(target.workload())) {
            workloadSlug = target.workload();
        }
        InferenceRoute served = outcome.route();
        servedRoute = served;
        if (served != null) {
            route = served.path();
        }
    }

    /** What the request holds of limits is settled when it ends. */
    void limited(LimitLease lease) {
        limits = lease;
    }

    /** What the request holds of budgets is given back when it ends, unless it was settled before. */
    void budgeted(BudgetHold hold) {
        budget = hold;
    }

    /** Null if the request is under no budget. */
    @Nullable
    BudgetHold budget() {
        return budget;
    }

    void reached(Replica reached) {
        replica = reached;
    }

    /** The gateway itself refuses the request, or its answer is broken off or tells of an error. */
    void failed(ErrorCode code) {
        error = code;
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
            trace.firstByte();
        }
    }

    void streamed() {
        streamed = true;
    }

    /** The request has ended; a second call does nothing. */
    void end(int status, boolean cancelled, long responseBytes, TokenCount tokens) {
        if (reported) {
            return;
        }
        reported = true;
        if (limits != null) {
            limits.settle(tokens, cancelled ? replica != null : status < 400);
        }
        if (budget != null) {
            budget.release();
        }
        Ending ending = new Ending(
                status,
                cancelled,
                responseBytes,
                tokens,
                micros(parts.ticker().getAsLong()),
                firstByteSeen ? micros(firstByteNanos) : -1);
        observer.ended(this, ending);
        trace.ended(this, ending);
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
                        model(),
                        status,
                        tokens.input(),
                        tokens.output(),
                        tokens.cached(),
                        ending.durationMicros(),
                        firstByteSeen ? ending.firstByteMicros() : null,
                        requestBytes,
                        responseBytes,
                        streamed,
                        cancelled,
                        tokens.estimated(),
                        error == null ? null : error.wire(),
                        null,
                        budget == null ? null : budget.unbooked()));
    }

    Instant at() {
        return at;
    }

    String requestId() {
        return requestId;
    }

    String clientAddress() {
        return clientAddress;
    }

    /** Empty if the request was not HTTP enough to have one. */
    String method() {
        return trace.method();
    }

    /** As it is reported. */
    String route() {
        return route;
    }

    @Nullable
    InferenceRoute servedRoute() {
        return servedRoute;
    }

    /** Empty if the caller is not known. */
    String projectSlug() {
        return caller == null ? "" : caller.projectSlug();
    }

    /** Empty if there is no such workload. */
    String workloadId() {
        return workloadId;
    }

    /** Empty if nothing was addressed that the caller may know of. */
    String workloadSlug() {
        return workloadSlug;
    }

    Caller.@Nullable DataKey caller() {
        return caller;
    }

    /** Empty if the caller is not known. */
    String keyId() {
        return caller == null ? "" : caller.keyId();
    }

    /** Empty if the caller is not known. */
    String publicId() {
        return caller == null ? "" : caller.publicId();
    }

    @Nullable
    Endpoint endpoint() {
        return endpoint;
    }

    /** The model server that got the request, if one did. */
    @Nullable
    Replica replica() {
        return replica;
    }

    @Nullable
    String model() {
        return replica == null ? null : replica.target().model();
    }

    @Nullable
    ErrorCode errorCode() {
        return error;
    }

    /** Bytes of the request's body by now. */
    long requestBytes() {
        return requestBytes;
    }

    boolean isStreamed() {
        return streamed;
    }

    /** Empty if it is in no trace. */
    String traceId() {
        return trace.traceId();
    }

    private long micros(long nanos) {
        return TimeUnit.NANOSECONDS.toMicros(nanos - startedNanos);
    }
}
