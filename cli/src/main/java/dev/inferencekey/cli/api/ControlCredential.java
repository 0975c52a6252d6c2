package dev.inferencekey.cli.api;

import java.util.regex.Pattern;

/** What a control-plane request shows to be let in. Never printed: its text form only says where it came from. */
public final class ControlCredential {
    // Printable ASCII: anything else would break the header, or smuggle a second one.
    private static final Pattern SENDABLE = Pattern.compile("[\\x21-\\x7e]{1,512}");

    /** Where a credential came from; decides what to advise when the server refuses it. */
    public enum Source {
        SESSION,
        OPERATOR,
        TOKEN
    }

    private final Source source;
    private final String secret;

    public ControlCredential(Source source, String secret, String origin) {
        if (!SENDABLE.matcher(secret).matches()) {
            throw new UsageException(origin + " does not hold a credential");
        }
        this.source = source;
        this.secret = secret;
    }

    public Source source() {
        return source;
    }

    /** Whether it is the session that the server lists by this id. */
    public boolean isSession(String id) {
        return source == Source.SESSION && secret.startsWith("ik_session_" + id + "_");
    }

    /** The value of the {@code Authorization} header. */
    String header() {
        return "Bearer " + secret;
    }

    @Override
    public String toString() {
        return "credential of " + source;
    }
}
