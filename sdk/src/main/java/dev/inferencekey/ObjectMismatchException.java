package dev.inferencekey;

import java.util.Locale;

/**
 * A model answered, but not with what was asked for: the text can't be read into the record. The message says what is wrong and names the
 * member; the text itself, which may be private, is in {@link #text()} alone.
 */
public class ObjectMismatchException extends ApiException {
    /** What is wrong. */
    public enum Reason {
        /** The model, or a filter behind it, refused to answer. */
        REFUSED,
        /** The answer ended before it was complete: the limit of tokens was reached. */
        CUT_OFF,
        /** The answer is no JSON. */
        NO_JSON,
        /** The answer is JSON that does not fit the record. */
        WRONG_SHAPE;

        private final String wire = name().toLowerCase(Locale.ROOT);
    }

    private final Reason reason;
    private final String path;
    private final String text;

    ObjectMismatchException(Reason reason, String message, String path, String text, ErrorDetails details) {
        super("object mismatch [" + reason.wire + "]: " + message, details);
        this.reason = reason;
        this.path = path;
        this.text = text;
    }

    /** What is wrong. */
    public Reason reason() {
        return reason;
    }

    /** Where, such as {@code orders[2].price}; empty for the whole. */
    public String path() {
        return path;
    }

    /** What the model wrote. */
    public String text() {
        return text;
    }
}
