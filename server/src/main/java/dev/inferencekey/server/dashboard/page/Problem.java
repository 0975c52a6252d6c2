package dev.inferencekey.server.dashboard.page;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.manager.service.RefusedException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Why a form was not accepted, to be shown in the form, beside its field.
 *
 * @param field the path of the offending field, empty if it is none in particular
 * @param status the HTTP status of the page that shows it
 */
public record Problem(String field, String message, int status) {
    private static final int INVALID = 400;
    private static final int TAKEN = 409;

    /** What came of a form. */
    public sealed interface Outcome<T> {
        record Done<T>(T result) implements Outcome<T> {}

        record Wrong<T>(Problem problem) implements Outcome<T> {}
    }

    /**
     * Does what a form asks for. What is wrong with the form comes back as a problem; everything else, such as a missing right, is thrown on.
     */
    public static <T> Outcome<T> attempt(Supplier<T> work) {
        try {
            return new Outcome.Done<>(work.get());
        } catch (InvalidFieldException e) {
            return new Outcome.Wrong<>(new Problem(e.field(), String.valueOf(e.getMessage()), INVALID));
        } catch (RefusedException e) {
            int status = e.code().status();
            if (status == INVALID || status == TAKEN) {
                return new Outcome.Wrong<>(new Problem(orEmpty(e.field()), e.text(), status));
            }
            throw e;
        }
    }

    /** Whether it belongs to this field, or to something inside it. */
    public boolean isAt(String name) {
        return field.equals(name) || field.startsWith(name + ".") || field.startsWith(name + "[");
    }

    private static String orEmpty(@Nullable String field) {
        return field == null ? "" : field;
    }
}
