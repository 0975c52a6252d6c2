package dev.inferencekey.server.dashboard.page;

import dev.inferencekey.server.manager.access.CsrfToken;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Notices when a browser sends a form again, as it offers to do on the way back or after a reload. What is shown once can't be shown a
 * second time, and to make another one instead would leave a secret around that nobody wanted. Thread-safe.
 *
 * <p>Notes. Each page draws a CSRF token of its own, so two equal bodies are one form that was sent twice. Only digests are kept, of the last
 * {@value #MOST} forms, and in memory: after a restart a form can be sent again.
 */
final class SentForms {
    /** What the page that a form led to is told, as a parameter of its address. */
    static final String AGAIN = "again";

    static final int MOST = 10_000;
    private static final int LOCKS = 64;

    // Guarded by itself.
    private final Map<String, String> ledTo = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > MOST;
        }
    };
    private final Lock[] locks = new Lock[LOCKS];

    SentForms() {
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new ReentrantLock();
        }
    }

    /**
     * Handles the form, unless the same one has been handled already: then leads to the page that tells what came of it.
     *
     * @param handler is given whom to tell the path of that page if something was made; what it refuses can be sent again
     */
    Answer once(Exchange exchange, Function<Consumer<String>, Answer> handler) {
        String form = digest(exchange);
        // The same form at the same time waits; others rarely do.
        Lock lock = locks[Math.floorMod(form.hashCode(), LOCKS)];
        lock.lock();
        try {
            String before = before(form);
            return before != null
                    ? Pages.goTo(exchange, before + "?" + AGAIN + "=true")
                    : handler.apply(path -> remember(form, path));
        } finally {
            lock.unlock();
        }
    }

    private @Nullable String before(String form) {
        synchronized (ledTo) {
            return ledTo.get(form);
        }
    }

    private void remember(String form, String path) {
        synchronized (ledTo) {
            ledTo.put(form, path);
        }
    }

    private static String digest(Exchange exchange) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update((exchange.who().sessionId() + "\n"
                            + exchange.request().path() + "\n"
                            + exchange.request().header(CsrfToken.HEADER) + "\n")
                    .getBytes(StandardCharsets.UTF_8));
            sha256.update(exchange.request().body().read(Exchange.MAX_BODY));
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
