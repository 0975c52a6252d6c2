package dev.inferencekey.server.manager.access;

import java.util.List;
import java.util.function.Supplier;

/**
 * What a request shows of its caller.
 *
 * @param changes whether it may change something, going by its method
 * @param byItself whether an open page asks without its person doing anything, to stay current
 * @param authorization the values of the header {@code Authorization}
 * @param cookies the values of the header {@code Cookie}
 * @param csrfToken what it echoes of its session's {@link CsrfToken}, empty without; asked for only where it matters, since it can be
 *     in the body
 * @param userAgent the program that calls, as it names itself, empty if it does not
 * @param from the caller's address
 */
public record Presented(
        boolean changes,
        boolean byItself,
        List<String> authorization,
        List<String> cookies,
        Supplier<String> csrfToken,
        String userAgent,
        String from) {
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
