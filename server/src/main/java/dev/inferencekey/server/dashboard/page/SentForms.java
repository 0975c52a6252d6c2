package dev.inferencekey.server.dashboard.page;

import dev.inferencekey.server.manager.access.CsrfToken;
import dev.inferencekey.server.manager.form.SentFormService;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Notices when a browser sends a form again, as it offers to do on the way back or after a reload. What is shown once can't be shown a
 * second time, and to make another one instead would leave a secret around that nobody wanted. Thread-safe.
 *
 * <p>Notes. Each page draws a CSRF token of its own, so two equal bodies are one form that was sent twice. Only digests are kept.
 */
final class SentForms {
    /** What the page that a form led to is told, as a parameter of its address. */
    static final String AGAIN = "again";

    private final SentFormService forms;

    SentForms(SentFormService forms) {
        this.forms = forms;
    }

    /**
     * Handles the form, unless the same one has been handled already: then leads to the page that tells what came of it.
     *
     * @param handler is given whom to tell the path of that page if something was made; what it refuses can be sent again
     */
    Answer once(Exchange exchange, Function<Consumer<String>, Answer> handler) {
        return forms.once(digest(exchange), handler, before -> Pages.goTo(exchange, before + "?" + AGAIN + "=true"));
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
