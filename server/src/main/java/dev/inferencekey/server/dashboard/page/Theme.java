package dev.inferencekey.server.dashboard.page;

import dev.inferencekey.server.manager.http.Request;
import java.util.Set;

/** Light, dark, or as the system has it: kept in a cookie of the browser, so that no page flashes in the wrong colours. Stateless. */
final class Theme {
    private static final String COOKIE = "ik_theme=";
    private static final String AUTO = "auto";
    private static final Set<String> KNOWN = Set.of("light", "dark", AUTO);

    private Theme() {}

    static String of(Request request) {
        for (String header : request.headerValues("cookie")) {
            for (String pair : header.split(";")) {
                String trimmed = pair.strip();
                if (trimmed.startsWith(COOKIE) && KNOWN.contains(trimmed.substring(COOKIE.length()))) {
                    return trimmed.substring(COOKIE.length());
                }
            }
        }
        return AUTO;
    }
}
