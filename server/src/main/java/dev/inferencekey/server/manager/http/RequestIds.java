package dev.inferencekey.server.manager.http;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.server.ports.IdSource;
import java.util.regex.Pattern;

/** Gives each request its id: the one that it came with if that is sane, otherwise a new one. Thread-safe. */
public final class RequestIds {
    /** The header that carries it, both ways. */
    public static final String HEADER = "X-Request-Id";

    private static final Pattern SANE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private final IdSource ids;

    public RequestIds(IdSource ids) {
        this.ids = ids;
    }

    String of(Request request) {
        String given = request.header(HEADER);
        return SANE.matcher(given).matches() && Redaction.scrub(given).equals(given) ? given : ids.next("req");
    }
}
