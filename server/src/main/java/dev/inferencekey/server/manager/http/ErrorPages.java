package dev.inferencekey.server.manager.http;

/** Shows failures to people in a browser, where the API shows them as JSON. Thread-safe; never throws. */
@FunctionalInterface
public interface ErrorPages {
    Answer page(Request request, Failure failure, String requestId);
}
