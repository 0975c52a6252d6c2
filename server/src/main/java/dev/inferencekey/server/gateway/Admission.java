package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.contract.credential.SdkToken;
import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.access.AccessPolicy;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.access.Decision;
import dev.inferencekey.server.domain.access.ExplainLink;
import dev.inferencekey.server.domain.access.Resource;
import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.credential.Liveness;
import dev.inferencekey.server.domain.credential.MisplacedCredential;
import dev.inferencekey.server.domain.credential.SecretDigest;
import dev.inferencekey.server.domain.inference.InferenceRoute;
import dev.inferencekey.server.domain.inference.RequestTarget;
import dev.inferencekey.server.ports.access.DataPlaneEvents;
import dev.inferencekey.server.ports.access.EndpointEntry;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The checks that a data-plane request passes before a byte of its body is looked at, in the contract's order: credential present,
 * of the right plane, genuine and alive; project; grant; existence; route.
 *
 * <p>Thread-safe.
 */
final class Admission {
    /** What a well-formed key with an unknown id is compared with, so that it takes as long as a known one with a wrong secret. */
    private static final SecretDigest NOBODYS = SecretDigest.of(new byte[32]);

    private static final Refusal UNKNOWN_FOR_NOW =
            new Refusal(ErrorCode.ACCESS_STATE_UNAVAILABLE, "keys can't be looked up at the moment; try again", 1);

    private static final Refusal CUT_OFF = new Refusal(
            ErrorCode.ACCESS_STATE_UNAVAILABLE,
            "this node is cut off from its store and can't know which keys were revoked; try again, or at another node",
            1);

    private static final List<KnownHeader> OTHER_HEADERS = List.of(KnownHeader.X_API_KEY, KnownHeader.API_KEY);

    private final AccessTable table;
    private final DataPlaneEvents events;
    private final InstantSource clock;
    private final LongSupplier ticker;

    /** @param ticker monotonic nanoseconds, from any origin */
    Admission(AccessTable table, DataPlaneEvents events, InstantSource clock, LongSupplier ticker) {
        this.table = table;
        this.events = events;
        this.clock = clock;
        this.ticker = ticker;
    }

    /**
     * Who called what, as far as the checks got; each is null if they did not get there.
     *
     * @param limiter the key's, null if it is not limited
     * @param budgets the key's own
     */
    record Outcome(
            Caller.@Nullable DataKey caller,
            @Nullable Endpoint endpoint,
            @Nullable InferenceRoute route,
            @Nullable Limiter limiter,
            List<Budget> budgets,
            @Nullable Refusal refusal) {
        /** Refused, before it matters which budgets there are. */
        Outcome(
                Caller.@Nullable DataKey caller,
                @Nullable Endpoint endpoint,
                @Nullable InferenceRoute route,
                @Nullable Limiter limiter,
                @Nullable Refusal refusal) {
            this(caller, endpoint, route, limiter, List.of(), refusal);
        }
    }

    /** {@code token} and {@code key} are the event loop's own, and hold what the head shows from now on. */
    Outcome admit(
            BearerToken token,
            PresentedKey key,
            RequestHead head,
            String clientAddress,
            RequestTarget.OfEndpoint target) {
        if (!token.read(head)) {
            return refused(ErrorCode.INVALID_API_KEY, noKey(head));
        }
        if (token.startsWith(SdkToken.PREFIX)) {
            String shown = token.reveal();
            MisplacedCredential misplaced = MisplacedCredential.of(shown);
            events.wrongPlaneCredential(misplaced, clientAddress, shown(target));
            Refusal refusal = Refusal.of(
                    ErrorCode.WRONG_CREDENTIAL_TYPE,
                    AccessPolicy.wrongPlane(misplaced.display(), "an SDK token", "data", "ik_live_ key"));
            return new Outcome(
                    null,
                    null,
                    null,
                    null,
                    refusal.explainedAt(ExplainLink.ofCredential(head.method(), head.target(), shown)));
        }
        if (!key.read(token)) {
            return refused(
                    ErrorCode.INVALID_API_KEY,
                    "this is not an API key; a key is ik_live_, 8 hexadecimal digits, an underscore and 64 more digits");
        }
        if (!table.admits(ticker)) {
            return new Outcome(null, null, null, null, CUT_OFF);
        }
        KnownSecret known = table.secret(key.publicId());
        boolean genuine = (known == null ? NOBODYS : known.digest()).matches(key.secretSha256());
        if (known == null && !table.knowsEveryKey()) {
            return new Outcome(null, null, null, null, UNKNOWN_FOR_NOW);
        }
        if (known == null || !genuine) {
            return refused(
                    ErrorCode.INVALID_API_KEY,
                    Redaction.redact(token.reveal()) + " is not a valid API key; check it, or mint a new one");
        }
        Liveness liveness = known.liveness(clock.instant());
        if (liveness != Liveness.ALIVE) {
            return refused(ErrorCode.INVALID_API_KEY, Redaction.redact(token.reveal()) + " " + notAlive(liveness));
        }
        return authorized(known, head, target);
    }

    private Outcome authorized(KnownSecret known, RequestHead head, RequestTarget.OfEndpoint target) {
        Caller.DataKey caller = known.caller();
        Resource.Endpoint resource = new Resource.Endpoint(target.project(), target.workload());
        if (AccessPolicy.decide(caller, Action.INFERENCE_CALL, resource) instanceof Decision.Deny deny) {
            return new Outcome(
                    caller,
                    null,
                    null,
                    null,
                    Refusal.of(deny.code(), deny.message())
                            .explainedAt(ExplainLink.of(head.method(), head.target(), caller.publicId())));
        }
        Endpoint endpoint = table.endpoint(target.project(), target.workload());
        if (endpoint == null) {
            return new Outcome(caller, null, null, null, Refusal.of(ErrorCode.WORKLOAD_NOT_FOUND, notFound(target)));
        }
        InferenceRoute route = InferenceRoute.ofPath(target.route());
        EndpointEntry entry = endpoint.entry();
        if (route == null || !route.servedBy(entry.taskType())) {
            return new Outcome(
                    caller,
                    endpoint,
                    null,
                    null,
                    Refusal.of(ErrorCode.ROUTE_NOT_SERVED, notServed(head.method(), target, entry)));
        }
        if (!head.methodIs(route.method()) && !route.takes(head.method())) {
            return new Outcome(
                    caller,
                    endpoint,
                    null,
                    null,
                    Refusal.ofMethod(
                            cut(target.route()) + " takes " + route.methods() + ", not " + cut(head.method()),
                            route.methods()));
        }
        return new Outcome(caller, endpoint, route, known.limiter(), known.budgets(), null);
    }

    /** Says it if the key stands in another header, where some APIs want theirs. */
    private static String noKey(RequestHead head) {
        for (KnownHeader other : OTHER_HEADERS) {
            if (head.has(other)) {
                return "no API key was sent in Authorization; send Authorization: Bearer ik_live_… instead of "
                        + other.text();
            }
        }
        return "no API key was sent; send Authorization: Bearer ik_live_…";
    }

    private static String notAlive(Liveness liveness) {
        return switch (liveness) {
            case DISABLED -> "is disabled; enable it again, or use another key";
            case REVOKED -> "was revoked; use another key";
            case EXPIRED -> "has expired; mint a new key";
            case ALIVE -> throw new AssertionError(liveness);
        };
    }

    static String notFound(RequestTarget.OfEndpoint target) {
        return target.workload().isEmpty()
                ? "the path names no workload; the address is /endpoint/{project}/{workload}/v1/…"
                : "there is no workload \"" + cut(target.workload()) + "\" in project \"" + cut(target.project())
                        + "\"";
    }

    private static String notServed(String method, RequestTarget.OfEndpoint target, EndpointEntry entry) {
        List<String> served = InferenceRoute.namesServedBy(entry.taskType(), entry.backend());
        return "the workload \"" + entry.workloadSlug() + "\" ("
                + entry.taskType().wire() + ") does not serve " + cut(method) + " " + cut(target.route())
                + "; it serves " + String.join(", ", served);
    }

    private static String shown(RequestTarget.OfEndpoint target) {
        return Redaction.scrub(String.join(
                "/",
                Arrays.asList(
                        RequestTarget.PREFIX, cut(target.project()), cut(target.workload()), cut(target.route()))));
    }

    /** Keeps what callers write from growing messages and logs. */
    private static String cut(String text) {
        return text.length() <= 160 ? text : text.substring(0, 160) + "…";
    }

    private static Outcome refused(ErrorCode code, String message) {
        return new Outcome(null, null, null, null, Refusal.of(code, message));
    }
}
