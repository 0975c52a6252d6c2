package dev.inferencekey.server.manager.http;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The platform's address as callers see it: what was configured, otherwise what the request itself says. Thread-safe. */
public final class BaseUrl {
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:\\[\\]-]{1,260}");

    private final @Nullable URI configured;

    /** @param configured null to go by each request; a trailing slash is dropped */
    public BaseUrl(@Nullable URI configured) {
        this.configured =
                configured == null ? null : URI.create(configured.toString().replaceAll("/+$", ""));
    }

    URI of(Request request) {
        if (configured != null) {
            return configured;
        }
        String scheme =
                request.header("x-forwarded-proto").toLowerCase(Locale.ROOT).equals("https") ? "https" : "http";
        String host = request.header("host");
        try {
            return URI.create(scheme + "://" + (HOST.matcher(host).matches() ? host : "localhost"));
        } catch (IllegalArgumentException e) {
            return URI.create(scheme + "://localhost");
        }
    }
}
