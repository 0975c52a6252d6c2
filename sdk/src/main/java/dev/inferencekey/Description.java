package dev.inferencekey;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a record, or one of its components, is for: told to the model in the {@link JsonSchema} that is made from the record.
 *
 * {@snippet :
 * @Description("A customer's complaint")
 * record Ticket(@Description("at most ten words") String subject, Urgency urgency) {}
 * }
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.RECORD_COMPONENT})
public @interface Description {
    /** A sentence or a few words, for the model to read. */
    String value();
}
