package dev.inferencekey.server.domain.access;

/**
 * Everything that can be asked of the platform. Each route declares exactly one; a route without one does not start.
 *
 * <p>{@code WRITE} of a noun covers creating, changing and deleting it.
 */
public enum Action {
    /** For anyone, without a credential: health, the OpenAPI document, signing in. */
    PUBLIC,
    /** What a caller may ask about itself: who am I, sign me out. */
    SELF,
    /** A signed-in person's own sign-ins and password; nobody else has any. */
    ACCOUNT,
    INFERENCE_CALL,
    /** Asking why a credential is let through or refused; about which credentials is decided by who may read those. */
    ACCESS_EXPLAIN,
    WORKLOAD_READ,
    WORKLOAD_WRITE,
    ASSIGNMENT_WRITE,
    PROJECT_LIST,
    PROJECT_CREATE,
    PROJECT_READ,
    /** Its name; nothing else of a project can be changed. */
    PROJECT_WRITE,
    PROJECT_DELETE,
    TOKEN_READ,
    TOKEN_WRITE,
    KEY_READ,
    KEY_WRITE,
    /** Of workloads; those of a key belong to the key. */
    LIMIT_READ,
    LIMIT_WRITE,
    /** What the tokens of workloads cost. */
    PRICE_READ,
    PRICE_WRITE,
    /** Of projects; those of a workload go with its limits, and those of a key belong to the key. */
    BUDGET_READ,
    BUDGET_WRITE,
    UPSTREAM_SECRET_READ,
    UPSTREAM_SECRET_WRITE,
    MEMBER_READ,
    MEMBER_WRITE,
    /** Offering the whole installation to whoever opens a link. */
    OWNER_INVITE,
    /** How people sign in through a provider, for the whole installation. */
    SIGN_ON_READ,
    SIGN_ON_WRITE,
    USAGE_READ,
    AUDIT_READ,
    /** Of the whole installation. */
    SETTING_READ,
    SETTING_WRITE,
    /** The processes that share the store. */
    NODE_READ,
    NODE_WRITE
}
