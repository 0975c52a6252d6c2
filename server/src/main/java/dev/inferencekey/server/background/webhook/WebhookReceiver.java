package dev.inferencekey.server.background.webhook;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;

/**
 * Who is told of events. Only the operator names it, so no caller of the API can make the server send a request anywhere. Shows no more of
 * the URL than its host, since paths often contain a token.
 *
 * @param url {@code https://…}, or {@code http://…} within a network that is trusted
 * @param secrets each signs every event; two while one takes the other's place
 */
public record WebhookReceiver(URI url, List<WebhookSecret> secrets) {
    private static final int MAX_SECRETS = 2;

    public WebhookReceiver {
        secrets = List.copyOf(secrets);
        String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        if ((!scheme.equals("https") && !scheme.equals("http")) || url.getHost() == null) {
            throw new IllegalArgumentException(
                    "the URL of a webhook must be absolute, such as https://hooks.example.com/inferencekey");
        }
        if (url.getRawUserInfo() != null || url.getRawFragment() != null) {
            throw new IllegalArgumentException("the URL of a webhook must have no user, password or #fragment");
        }
        if (secrets.isEmpty() || secrets.size() > MAX_SECRETS) {
            throw new IllegalArgumentException(
                    "a webhook is signed with one secret, or with two while one takes the other's place; there are "
                            + secrets.size());
        }
    }

    /** @throws IllegalArgumentException if the URL or a secret is not as it has to be, with a sentence that shows neither */
    public static WebhookReceiver of(String url, List<String> secrets) {
        try {
            return new WebhookReceiver(
                    new URI(url), secrets.stream().map(WebhookSecret::parse).toList());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("the URL of a webhook has a wrong character at position "
                    + (e.getIndex() + 1)
                    + "; escape special characters, such as %20 for a space"); // Without the cause, which quotes it.
        }
    }

    /** Its host, and its port if that is not the usual one: what people may see of it. */
    public String host() {
        return url.getPort() < 0 ? url.getHost() : url.getHost() + ":" + url.getPort();
    }

    @Override
    public String toString() {
        return "WebhookReceiver[" + host() + "]";
    }
}
