package dev.inferencekey.engine.options;

import de.kherud.llama.ModelParameters;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a native flag takes.
 *
 * @param expected the values in words, for messages
 * @param accepts whether a value is one of them
 * @param setter hands the value to the binding
 * @param bare the value meant when the flag stands alone, or null if it must have one; empty if it takes none
 */
record Kind(
        String expected,
        Predicate<String> accepts,
        BiConsumer<ModelParameters, String> setter,
        @Nullable String bare) {

    boolean takesNoValue() {
        return "".equals(bare);
    }
}
