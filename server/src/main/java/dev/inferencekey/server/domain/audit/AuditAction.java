package dev.inferencekey.server.domain.audit;

import dev.inferencekey.server.domain.budget.BudgetSubject;
import java.util.Locale;

/**
 * Everything that the audit trail tells of. The wire name is {@code noun.verb}; the part before the dot is what trails are filtered by. Names
 * stay as they are once events are written: trails are kept.
 */
public enum AuditAction {
    SESSION_CREATED("A person signed in; `how` says by which way."),
    SESSION_ENDED("A person ended one of their sign-ins."),
    SESSION_ALL_ENDED("A person ended all of their sign-ins."),
    SESSION_REFUSED("A sign-in failed, or a session was used from another browser; `reason` says why."),
    USER_CREATED("An account was created."),
    USER_LINKED("An account was linked to a person of the OpenID provider."),
    USER_PASSWORD_CHANGED("The password of an account was changed."),
    SSO_CONFIGURED("Single sign-on was set up or changed."),
    SSO_REMOVED("Single sign-on was removed."),
    PROJECT_CREATED("A project was created."),
    PROJECT_RENAMED("A project was renamed."),
    PROJECT_DELETED("A project was deleted, with its workloads and credentials."),
    PROJECT_UNPRICED_CALLS_CHANGED("Whether calls without a price are refused or free was changed."),
    PROJECT_BUDGET_CHANGED("The budget of a project was changed."),
    PROJECT_BUDGET_REACHED("The budget of a project has reached 50, 80 or 100 %; `percent` says which."),
    WORKLOAD_CREATED("A workload was declared."),
    WORKLOAD_CHANGED("The declaration of a workload was changed."),
    WORKLOAD_DELETED("A workload was deleted."),
    WORKLOAD_LIMITS_CHANGED("The limits of a workload were changed."),
    WORKLOAD_BUDGET_CHANGED("The budget of a workload was changed."),
    WORKLOAD_BUDGET_REACHED("The budget of a workload has reached 50, 80 or 100 %; `percent` says which."),
    TOKEN_CREATED("An SDK token was created."),
    TOKEN_ROTATED("An SDK token got a new secret."),
    TOKEN_OVERLAP_ENDED("The old secret of a rotated SDK token was revoked before its time."),
    TOKEN_DISABLED("An SDK token was disabled."),
    TOKEN_ENABLED("An SDK token was enabled again."),
    TOKEN_REVOKED("An SDK token was revoked."),
    KEY_CREATED("An API key was created."),
    KEY_CHANGED("The name, grants, limits or expiry of an API key were changed."),
    KEY_ROTATED("An API key got a new secret."),
    KEY_OVERLAP_ENDED("The old secret of a rotated API key was revoked before its time."),
    KEY_DISABLED("An API key was disabled."),
    KEY_ENABLED("An API key was enabled again."),
    KEY_REVOKED("An API key was revoked."),
    KEY_BUDGET_CHANGED("The budget of an API key was changed."),
    KEY_BUDGET_REACHED("The budget of an API key has reached 50, 80 or 100 %; `percent` says which."),
    CREDENTIAL_REFUSED(
            "A credential was used against the API that it is not for; `secret` says whether it was genuine."),
    MEMBER_ADDED("A person was added to a project."),
    MEMBER_ROLE_CHANGED("The role of a member was changed."),
    MEMBER_REMOVED("A member was removed from a project."),
    INVITATION_CREATED("A person was invited, or a link for an owner was created."),
    INVITATION_ACCEPTED("An invitation was accepted."),
    INVITATION_WITHDRAWN("An invitation was withdrawn."),
    SECRET_WRITTEN("An upstream secret was stored or replaced."),
    SECRET_DELETED("An upstream secret was deleted."),
    PRICE_CHANGED("The price of a workload was set."),
    PRICE_REMOVED("The price of a workload was removed."),
    USAGE_RETENTION_CHANGED("How long usage is kept was changed."),
    NODE_DRAINED("A node was told to send its callers elsewhere."),
    NODE_RESUMED("A node was told to take callers again."),
    NODE_REMOVED("A lost node was removed.");

    private final String wire;
    private final String meaning;

    AuditAction(String meaning) {
        this.meaning = meaning;
        this.wire = name().toLowerCase(Locale.ROOT).replaceFirst("_", ".");
    }

    /** The name in the trail: {@code key.created}. */
    public String wire() {
        return wire;
    }

    /** A sentence in Markdown that says what happened. */
    public String meaning() {
        return meaning;
    }

    /** A budget of this kind was changed. */
    public static AuditAction budgetChanged(BudgetSubject.Kind kind) {
        return switch (kind) {
            case KEY -> KEY_BUDGET_CHANGED;
            case WORKLOAD -> WORKLOAD_BUDGET_CHANGED;
            case PROJECT -> PROJECT_BUDGET_CHANGED;
        };
    }

    /** A budget of this kind has reached a share of its amount that people are warned at. */
    public static AuditAction budgetReached(BudgetSubject.Kind kind) {
        return switch (kind) {
            case KEY -> KEY_BUDGET_REACHED;
            case WORKLOAD -> WORKLOAD_BUDGET_REACHED;
            case PROJECT -> PROJECT_BUDGET_REACHED;
        };
    }
}
