package dev.inferencekey.internal;

import java.net.http.HttpHeaders;
import java.util.Locale;

/** Media types of answers. */
final class MediaTypes {
    static final String EVENT_STREAM = "text/event-stream";
    static final String JSON = "application/json";

    private MediaTypes() {}

    /** The {@code Content-Type} without its parameters, in lower case; empty if there is none. */
    static String of(HttpHeaders headers) {
        String type = headers.firstValue("Content-Type").orElse("");
        int semicolon = type.indexOf(';');
        return (semicolon < 0 ? type : type.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
    }
}
