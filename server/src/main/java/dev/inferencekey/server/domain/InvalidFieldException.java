package dev.inferencekey.server.domain;

/**
 * Something that came from outside is not acceptable. Becomes a 400 that names the field.
 *
 * <p>The message is one sentence for people that says what to do. Neither it nor the field ever holds a credential.
 */
public final class InvalidFieldException extends RuntimeException {
    private final String field;

    /** The message must make sense without the field, since people often see it alone. */
    public InvalidFieldException(String field, String message) {
        super(message);
        this.field = field;
    }

    /** The path of the offending field, such as {@code execution_policy_config.min_workers}. */
    public String field() {
        return field;
    }
}
