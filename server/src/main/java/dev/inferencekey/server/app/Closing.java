package dev.inferencekey.server.app;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes things in the opposite order of their opening, each even if another fails. Thread-safe. */
final class Closing implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    synchronized <T extends AutoCloseable> T later(T resource) {
        opened.push(resource);
        return resource;
    }

    @Override
    public synchronized void close() {
        while (!opened.isEmpty()) {
            AutoCloseable next = opened.pop();
            try {
                next.close();
            } catch (Exception e) {
                // The rest must be closed all the same, and nobody above could do more about it.
                LOG.atError()
                        .addKeyValue("resource", next.getClass().getSimpleName())
                        .setCause(e)
                        .log("closing failed");
            }
        }
    }
}
