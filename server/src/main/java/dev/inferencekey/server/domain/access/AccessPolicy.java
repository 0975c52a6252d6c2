package dev.inferencekey.server.domain.access;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.access.Decision.Deny;
import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.domain.project.Role;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * The one authorization decision of the platform: a pure function over sealed types, deny by default. Both planes call it; no
 * other code decides who may do what.
 *
 * <p>Notes. The order inside a plane is the contract's: kind of credential, then project, then scope or grant; existence comes
 * later and is not decided here, except that a missing project looks like a foreign one to whoever is bound to a project.
 * Stateless and thread-safe.
 */
public final class AccessPolicy {
    private static final Set<Action> VIEWER_ACTIONS = Set.copyOf(EnumSet.of(
            Action.PROJECT_READ,
            Action.WORKLOAD_READ,
            Action.TOKEN_READ,
            Action.KEY_READ,
            Action.LIMIT_READ,
            Action.PRICE_READ,
            Action.BUDGET_READ,
            Action.MEMBER_READ,
            Action.USAGE_READ));

    private static final Set<Action> DEVELOPER_ACTIONS = with(
            VIEWER_ACTIONS,
            Action.WORKLOAD_WRITE,
            Action.ASSIGNMENT_WRITE,
            Action.KEY_WRITE,
            Action.LIMIT_WRITE,
            Action.UPSTREAM_SECRET_READ,
            Action.AUDIT_READ);

    private static final Set<Action> ADMIN_ACTIONS = with(
            DEVELOPER_ACTIONS,
            Action.PROJECT_WRITE,
            Action.TOKEN_WRITE,
            Action.PRICE_WRITE,
            Action.BUDGET_WRITE,
            Action.UPSTREAM_SECRET_WRITE,
            Action.MEMBER_WRITE);

    private static final Set<Action> OWNER_ACTIONS = with(ADMIN_ACTIONS, Action.PROJECT_DELETE);

    private static final Map<Role, Set<Action>> BY_ROLE = Map.of(
            Role.OWNER, OWNER_ACTIONS,
            Role.ADMIN, ADMIN_ACTIONS,
            Role.DEVELOPER, DEVELOPER_ACTIONS,
            Role.VIEWER, VIEWER_ACTIONS);

    private AccessPolicy() {}

    public static Decision decide(Caller caller, Action action, Resource resource) {
        if (action == Action.PUBLIC) {
            return Decision.ALLOW;
        }
        return switch (caller) {
            case Caller.Anonymous _ ->
                new Deny(
                        action == Action.INFERENCE_CALL ? ErrorCode.INVALID_API_KEY : ErrorCode.INVALID_TOKEN,
                        "no credential was sent; send Authorization: Bearer …");
            case Caller.ControlToken token -> decideControlToken(token, action, resource);
            case Caller.DataKey key -> decideDataKey(key, action, resource);
            case Caller.Human human -> decideHuman(human, action, resource);
            case Caller.Operator _ -> decideOperator(action, resource);
        };
    }

    private static Decision decideControlToken(Caller.ControlToken token, Action action, Resource resource) {
        if (action == Action.INFERENCE_CALL) {
            return new Deny(
                    ErrorCode.WRONG_CREDENTIAL_TYPE,
                    wrongPlane(token.display(), "an SDK token", "data", "ik_live_ key"));
        }
        if (action == Action.SELF) {
            return Decision.ALLOW;
        }
        if (!(resource instanceof Resource.Platform) && !isProject(resource, token.projectSlug())) {
            return new Deny(
                    ErrorCode.PROJECT_SCOPE_MISMATCH,
                    token.display() + " belongs to another project than the one addressed");
        }
        Scope needed = switch (action) {
            case WORKLOAD_READ -> Scope.WORKLOAD_READ;
            case WORKLOAD_WRITE -> Scope.WORKLOAD_WRITE;
            case ASSIGNMENT_WRITE -> Scope.ASSIGNMENT_WRITE;
            default -> null;
        };
        if (needed == null) {
            return new Deny(
                    ErrorCode.SCOPE_INSUFFICIENT,
                    "an SDK token provisions workloads and nothing else; this takes a signed-in person");
        }
        if (resource instanceof Resource.InProject && needed.coveredBy(token.scopes())) {
            return Decision.ALLOW;
        }
        return new Deny(
                ErrorCode.SCOPE_INSUFFICIENT,
                token.display() + " lacks the scope " + needed.wire() + " that this takes");
    }

    private static Decision decideDataKey(Caller.DataKey key, Action action, Resource resource) {
        if (action != Action.INFERENCE_CALL) {
            return new Deny(
                    ErrorCode.WRONG_CREDENTIAL_TYPE,
                    wrongPlane(key.display(), "a data key", "management", "ik_sdk_ token"));
        }
        if (!(resource instanceof Resource.Endpoint endpoint)
                || !endpoint.projectSlug().equals(key.projectSlug())) {
            return new Deny(
                    ErrorCode.PROJECT_SCOPE_MISMATCH,
                    key.display() + " belongs to another project than the one addressed");
        }
        if (!key.grants().covers(endpoint.workloadSlug())) {
            return new Deny(
                    ErrorCode.SCOPE_INSUFFICIENT,
                    key.display() + " is not granted " + endpoint.projectSlug() + "/" + endpoint.workloadSlug());
        }
        return Decision.ALLOW;
    }

    private static Decision decideHuman(Caller.Human human, Action action, Resource resource) {
        if (action == Action.INFERENCE_CALL) {
            return new Deny(ErrorCode.INVALID_API_KEY, "the data plane takes an ik_live_ key, not a sign-in");
        }
        if (action == Action.SELF
                || action == Action.ACCOUNT
                || action == Action.PROJECT_LIST
                || action == Action.ACCESS_EXPLAIN
                || human.tenantOwner()) {
            return existing(resource);
        }
        if (!(resource instanceof Resource.InProject project)) {
            return resource instanceof Resource.MissingProject
                    ? notAMember(human)
                    : new Deny(ErrorCode.SCOPE_INSUFFICIENT, "this takes an owner of the whole installation");
        }
        Role role = human.roles().get(project.projectSlug());
        if (role == null) {
            return notAMember(human);
        }
        if (!BY_ROLE.getOrDefault(role, Set.of()).contains(action)) {
            return new Deny(
                    ErrorCode.SCOPE_INSUFFICIENT, "the role " + role.wire() + " in this project does not cover this");
        }
        return Decision.ALLOW;
    }

    private static Decision decideOperator(Action action, Resource resource) {
        return switch (action) {
            case INFERENCE_CALL ->
                new Deny(
                        ErrorCode.INVALID_API_KEY, "the data plane takes an ik_live_ key, not the operator credential");
            case ACCOUNT ->
                new Deny(
                        ErrorCode.SCOPE_INSUFFICIENT,
                        "the operator credential has no account; this takes a signed-in person");
            default -> existing(resource);
        };
    }

    /** For those who may see everything, a missing project is just not there. */
    private static Decision existing(Resource resource) {
        return resource instanceof Resource.MissingProject missing
                ? new Deny(ErrorCode.NOT_FOUND, "there is no project \"" + missing.addressed() + "\"")
                : Decision.ALLOW;
    }

    private static Decision notAMember(Caller.Human human) {
        return new Deny(ErrorCode.PROJECT_SCOPE_MISMATCH, human.email() + " is not a member of the project addressed");
    }

    private static boolean isProject(Resource resource, String projectSlug) {
        return resource instanceof Resource.InProject project
                && project.projectSlug().equals(projectSlug);
    }

    /** The published form; the other languages' clients search for it. */
    public static String wrongPlane(String redacted, String is, String plane, String requires) {
        return redacted + " is " + is + "; the " + plane + " plane requires an " + requires;
    }

    private static Set<Action> with(Set<Action> base, Action... more) {
        EnumSet<Action> actions = EnumSet.copyOf(base);
        actions.addAll(Set.of(more));
        return Set.copyOf(actions);
    }
}
