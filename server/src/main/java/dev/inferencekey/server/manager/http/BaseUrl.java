package dev.inferencekey.server.manager.http;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;

/** The control plane's address as a caller knows it, which is what its request says. Stateless and thread-safe. */
final class BaseUrl {
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:\\[\\]-]{1,260}");

    private BaseUrl() {}

    static URI of(Request request) {
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
