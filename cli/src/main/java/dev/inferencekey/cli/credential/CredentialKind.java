package dev.inferencekey.cli.credential;

/** The two kinds of credential, as people call them. */
public enum CredentialKind {
    TOKEN("token", "tokens", "tok_", "ik_sdk_", "scopes"),
    KEY("key", "keys", "key_", "ik_live_", "grants");

    private final String noun;
    private final String segment;
    private final String idPrefix;
    private final String credentialPrefix;
    private final String reach;

    CredentialKind(String noun, String segment, String idPrefix, String credentialPrefix, String reach) {
        this.noun = noun;
        this.segment = segment;
        this.idPrefix = idPrefix;
        this.credentialPrefix = credentialPrefix;
        this.reach = reach;
    }

    public String noun() {
        return noun;
    }

    /** Its segment in addresses. */
    String segment() {
        return segment;
    }

    String idPrefix() {
        return idPrefix;
    }

    String credentialPrefix() {
        return credentialPrefix;
    }

    /** The field that says how far it reaches. */
    String reach() {
        return reach;
    }
}
