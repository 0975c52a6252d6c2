package dev.inferencekey.server.domain.node;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What a node does with calls once its lease has run out, which is when it may miss that a key was revoked. */
public enum WhenCutOff {
    /** Goes on with what it knows, for a bounded time that receipts name. */
    SERVE,
    /** Refuses calls until it reaches the store again. */
    REFUSE;

    /** As settings and the API write it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The one with this {@link #text}. */
    public static Optional<WhenCutOff> parse(String text) {
        return Stream.of(values()).filter(what -> what.text().equals(text)).findFirst();
    }
}
