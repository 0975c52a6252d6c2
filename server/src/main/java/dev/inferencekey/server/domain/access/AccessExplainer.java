package dev.inferencekey.server.domain.access;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.access.AccessExplanation.Check;
import dev.inferencekey.server.domain.access.AccessExplanation.Result;
import dev.inferencekey.server.domain.access.AccessExplanation.Subject;
import dev.inferencekey.server.domain.credential.Liveness;
import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.domain.inference.InferenceRoute;
import dev.inferencekey.server.domain.inference.RequestTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Says in words what a request with a credential would meet, check by check in the contract's order. Who may do what is asked of {@link
 * AccessPolicy}, as for a real request. Stateless and thread-safe.
 */
public final class AccessExplainer {
    private static final String DATA_RULE =
            "an API key calls the workloads of its project that it is granted, and nothing else";
    private static final String CONTROL_RULE =
            "an SDK token provisions workloads of its project within its scopes, and nothing else";
    private static final List<Subject> DATA_ORDER = List.of(
            Subject.REQUEST,
            Subject.KIND,
            Subject.ALIVE,
            Subject.PROJECT,
            Subject.PERMISSION,
            Subject.EXISTS,
            Subject.ROUTE);
    private static final List<Subject> CONTROL_ORDER = List.of(
            Subject.REQUEST,
            Subject.KIND,
            Subject.ALIVE,
            Subject.ROUTE,
            Subject.PROJECT,
            Subject.PERMISSION,
            Subject.EXISTS);

    private AccessExplainer() {}

    /** A credential that was issued, shown with one of its secrets. */
    public sealed interface Shown {
        Liveness liveness();

        /** Whether it is this secret alone that has ended, by a rotation. */
        boolean rotatedOut();

        Caller caller();

        String noun();

        String id();

        String projectSlug();

        /** An API key. */
        record Key(Caller.DataKey caller, Liveness liveness, boolean rotatedOut) implements Shown {
            @Override
            public String noun() {
                return "key";
            }

            @Override
            public String id() {
                return caller.keyId();
            }

            @Override
            public String projectSlug() {
                return caller.projectSlug();
            }
        }

        /** An SDK token. */
        record Token(Caller.ControlToken caller, Liveness liveness, boolean rotatedOut) implements Shown {
            @Override
            public String noun() {
                return "token";
            }

            @Override
            public String id() {
                return caller.tokenId();
            }

            @Override
            public String projectSlug() {
                return caller.projectSlug();
            }
        }
    }

    /** A request line that no plane reads. */
    public static AccessExplanation ofMalformed(RequestTarget.Malformed target) {
        Steps steps = new Steps(target.dataPlane() ? Plane.DATA : Plane.CONTROL);
        return steps.failed(
                Subject.REQUEST,
                ErrorCode.INVALID_REQUEST,
                target.reason(),
                "a path is taken literally, so that nobody can read it differently",
                new Remedy.AskFor(List.of()));
    }

    /**
     * A request to the data plane. Limits, the body and whether anything serves the workload at the moment are not looked at.
     *
     * @param workloads the type of the workload at this address, null if there is none; asked only if the key may know
     */
    public static AccessExplanation ofInference(
            String method,
            RequestTarget.OfEndpoint target,
            Shown shown,
            Function<Resource.Endpoint, @Nullable TaskType> workloads) {
        Steps steps = new Steps(Plane.DATA);
        steps.passed(Subject.REQUEST, "the request line can be read");
        Resource.Endpoint endpoint = new Resource.Endpoint(target.project(), target.workload());
        Decision decision = AccessPolicy.decide(shown.caller(), Action.INFERENCE_CALL, endpoint);
        if (decision instanceof Decision.Deny deny && deny.code() == ErrorCode.WRONG_CREDENTIAL_TYPE) {
            return steps.failed(
                    Subject.KIND, deny.code(), deny.message(), DATA_RULE, new Remedy.UseOtherKind(Plane.DATA));
        }
        steps.passed(Subject.KIND, "an ik_live_ key is what the data plane takes");
        if (shown.liveness() != Liveness.ALIVE) {
            return dead(steps, shown, ErrorCode.INVALID_API_KEY);
        }
        steps.passed(Subject.ALIVE, "the key is active");
        if (decision instanceof Decision.Deny deny) {
            return denied(
                    steps,
                    deny,
                    shown,
                    DATA_RULE,
                    new Remedy.GrantWorkload(shown.id(), target.project(), target.workload()));
        }
        steps.passed(Subject.PROJECT, "the key is of project " + target.project());
        steps.passed(Subject.PERMISSION, "the key's grants cover " + target.project() + "/" + target.workload());
        TaskType type = workloads.apply(endpoint);
        if (type == null) {
            return steps.failed(
                    Subject.EXISTS,
                    ErrorCode.WORKLOAD_NOT_FOUND,
                    "there is no such workload",
                    "a grant may be given before its workload is made",
                    target.workload().isEmpty()
                            ? new Remedy.AskFor(List.of("/endpoint/{project}/{workload}/v1/…"))
                            : new Remedy.MakeWorkload(target.project(), target.workload()));
        }
        InferenceRoute route = InferenceRoute.ofPath(target.route());
        boolean served = route != null && route.servedBy(type);
        if (route != null && served && !route.takes(method)) {
            steps.passed(Subject.EXISTS, "the workload exists");
            return steps.failed(
                    Subject.ROUTE,
                    ErrorCode.METHOD_NOT_ALLOWED,
                    "the path is served with other methods",
                    "a workload serves the routes of its task type",
                    new Remedy.AskFor(List.of(route.methods() + " " + route.path())));
        }
        if (served
                && route == InferenceRoute.MODEL
                && !target.route().equals(RequestTarget.MODELS + target.workload())) {
            return steps.failed(
                    Subject.EXISTS,
                    ErrorCode.WORKLOAD_NOT_FOUND,
                    "an address serves the model with its workload's slug and no other",
                    "the path decides the workload",
                    new Remedy.AskFor(List.of("GET " + RequestTarget.MODELS + target.workload())));
        }
        steps.passed(Subject.EXISTS, "the workload exists");
        if (!served) {
            return steps.failed(
                    Subject.ROUTE,
                    ErrorCode.ROUTE_NOT_SERVED,
                    "a workload of type " + type.wire() + " does not serve this",
                    "a workload serves the routes of its task type",
                    new Remedy.AskFor(InferenceRoute.namesServedBy(type, "")));
        }
        steps.passed(Subject.ROUTE, "a workload of type " + type.wire() + " serves this");
        return steps.allowed(DATA_RULE);
    }

    /** A request to the control plane. What the body asks for is not looked at. */
    public static AccessExplanation ofControl(ControlTarget target, Shown shown) {
        Steps steps = new Steps(Plane.CONTROL);
        steps.passed(Subject.REQUEST, "the request line can be read");
        if (shown instanceof Shown.Key key && target.api()) {
            return steps.failed(
                    Subject.KIND,
                    ErrorCode.WRONG_CREDENTIAL_TYPE,
                    AccessPolicy.wrongPlane(key.caller().display(), "a data key", "management", "ik_sdk_ token"),
                    CONTROL_RULE,
                    new Remedy.UseOtherKind(Plane.CONTROL));
        }
        if (target.takesNoCredential()) {
            steps.notNeeded(Subject.KIND);
            steps.notNeeded(Subject.ALIVE);
        } else if (shown instanceof Shown.Key) {
            return steps.failed(
                    Subject.KIND,
                    ErrorCode.INVALID_TOKEN,
                    "an API key is no sign-in",
                    CONTROL_RULE,
                    new Remedy.SignIn());
        } else {
            steps.passed(Subject.KIND, "an ik_sdk_ token is what the control plane takes");
            if (shown.liveness() != Liveness.ALIVE) {
                return dead(
                        steps,
                        shown,
                        shown.liveness() == Liveness.EXPIRED ? ErrorCode.TOKEN_EXPIRED : ErrorCode.TOKEN_REVOKED);
            }
            steps.passed(Subject.ALIVE, "the token is active");
        }
        return switch (target) {
            case ControlTarget.Nothing _ ->
                steps.failed(
                        Subject.ROUTE,
                        ErrorCode.NOT_FOUND,
                        "there is nothing at this path",
                        "only what the API's document lists is served",
                        new Remedy.AskFor(List.of()));
            case ControlTarget.OtherMethods other ->
                steps.failed(
                        Subject.ROUTE,
                        ErrorCode.METHOD_NOT_ALLOWED,
                        "the path is served with other methods",
                        "only what the API's document lists is served",
                        new Remedy.AskFor(other.methods()));
            case ControlTarget.Found found -> routed(steps, found, shown);
        };
    }

    private static AccessExplanation routed(Steps steps, ControlTarget.Found found, Shown shown) {
        steps.passed(Subject.ROUTE, "the path and the method are served");
        if (AccessPolicy.decide(shown.caller(), found.action(), found.resource()) instanceof Decision.Deny deny) {
            String scope = scope(found.action());
            Remedy permission =
                    scope == null ? new Remedy.SignIn() : new Remedy.MintWithScope(shown.projectSlug(), scope);
            return denied(steps, deny, shown, CONTROL_RULE, permission);
        }
        if (found.action() == Action.PUBLIC) {
            steps.notNeeded(Subject.PROJECT);
            steps.notNeeded(Subject.PERMISSION);
            return steps.allowed("this is for anyone, without a credential");
        }
        if (found.resource() instanceof Resource.InProject) {
            steps.passed(Subject.PROJECT, "the token is of the project addressed");
        } else {
            steps.notNeeded(Subject.PROJECT);
        }
        steps.passed(Subject.PERMISSION, "the token may do this");
        ControlTarget.Missing missing = found.missing();
        if (missing != null) {
            return steps.failed(
                    Subject.EXISTS,
                    missing.code(),
                    missing.text(),
                    "what does not exist is told to those who may know",
                    missing.remedy());
        }
        return steps.allowed(CONTROL_RULE);
    }

    private static AccessExplanation dead(Steps steps, Shown shown, ErrorCode code) {
        String text = shown.rotatedOut()
                ? "this secret was rotated out"
                : switch (shown.liveness()) {
                    case REVOKED -> "the " + shown.noun() + " was revoked, which is final";
                    case DISABLED -> "the " + shown.noun() + " is disabled";
                    case EXPIRED -> "the " + shown.noun() + " has expired";
                    case ALIVE -> throw new AssertionError("alive");
                };
        Remedy remedy;
        if (shown.rotatedOut()) {
            remedy = new Remedy.UseNewerSecret(shown.noun(), shown.id());
        } else if (shown.liveness() == Liveness.DISABLED) {
            remedy = new Remedy.Enable(shown.noun(), shown.id());
        } else if (shown.liveness() == Liveness.EXPIRED && shown instanceof Shown.Key) {
            remedy = new Remedy.ExtendExpiry(shown.id());
        } else {
            remedy = new Remedy.MintAnother(shown.noun(), shown.projectSlug());
        }
        return steps.failed(
                Subject.ALIVE,
                code,
                text,
                "a credential works from when it is minted until it is disabled, revoked, rotated out or expired",
                remedy);
    }

    private static AccessExplanation denied(
            Steps steps, Decision.Deny deny, Shown shown, String rule, Remedy permission) {
        if (deny.code() == ErrorCode.PROJECT_SCOPE_MISMATCH) {
            return steps.failed(
                    Subject.PROJECT,
                    deny.code(),
                    deny.message(),
                    rule,
                    new Remedy.UseProject(shown.noun(), shown.projectSlug()));
        }
        steps.passed(Subject.PROJECT, "the " + shown.noun() + " is of project " + shown.projectSlug());
        return steps.failed(Subject.PERMISSION, deny.code(), deny.message(), rule, permission);
    }

    /** The scope that an action takes, null if no token may do it. */
    private static @Nullable String scope(Action action) {
        return switch (action) {
            case WORKLOAD_READ -> Scope.WORKLOAD_READ.wire();
            case WORKLOAD_WRITE -> Scope.WORKLOAD_WRITE.wire();
            case ASSIGNMENT_WRITE -> Scope.ASSIGNMENT_WRITE.wire();
            default -> null;
        };
    }

    /** The checks of one request, as they are made. */
    private static final class Steps {
        private final Plane plane;
        private final List<Check> made = new ArrayList<>();

        Steps(Plane plane) {
            this.plane = plane;
        }

        void passed(Subject subject, String text) {
            made.add(new Check(subject, Result.PASSED, text));
        }

        void notNeeded(Subject subject) {
            made.add(new Check(subject, Result.NOT_NEEDED, ""));
        }

        AccessExplanation failed(Subject subject, ErrorCode code, String text, String rule, Remedy remedy) {
            made.add(new Check(subject, Result.FAILED, text));
            return new AccessExplanation(plane, code, rule, all(Result.NOT_REACHED), remedy);
        }

        AccessExplanation allowed(String rule) {
            return new AccessExplanation(plane, null, rule, all(Result.NOT_NEEDED), null);
        }

        /** With a line for each check that was not made. */
        private List<Check> all(Result others) {
            List<Check> all = new ArrayList<>();
            for (Subject subject : plane == Plane.DATA ? DATA_ORDER : CONTROL_ORDER) {
                all.add(made.stream()
                        .filter(check -> check.subject() == subject)
                        .findFirst()
                        .orElseGet(() -> new Check(subject, others, "")));
            }
            return all;
        }
    }
}
