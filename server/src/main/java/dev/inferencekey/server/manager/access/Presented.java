package dev.inferencekey.server.manager.access;

import java.util.List;

/**
 * What a request shows of its caller.
 *
 * @param changes whether it may change something, going by its method
 * @param authorization the values of the header {@code Authorization}
 * @param cookies the values of the header {@code Cookie}
 * @param csrfToken the value of the header {@link CsrfToken#HEADER}, empty without one
 * @param from the caller's address
 */
public record Presented(
        boolean changes, List<String> authorization, List<String> cookies, String csrfToken, String from) {
    public Presented {
        authorization = List.copyOf(authorization);
        cookies = List.copyOf(cookies);
    }

    /** Shows nothing: everything in it can be a secret. */
    @Override
    public String toString() {
        return "Presented";
    }
}
