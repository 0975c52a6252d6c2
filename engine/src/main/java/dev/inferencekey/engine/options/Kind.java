package dev.inferencekey.engine.options;

import de.kherud.llama.ModelParameters;
import java.util.Set;
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

    /** The chat formats that the binding's llama.cpp has built in. */
    static final Set<String> CHAT_FORMATS = Set.of(
            ("chatml chatglm3 chatglm4 command-r deepseek deepseek2 deepseek3 exaone3 falcon3 gemma gigachat glmedge"
                            + " granite llama2 llama2-sys llama2-sys-bos llama2-sys-strip llama3 megrez minicpm"
                            + " mistral-v1 mistral-v3 mistral-v3-tekken mistral-v7 monarch openchat orion phi3 phi4"
                            + " rwkv-world vicuna vicuna-orca zephyr")
                    .split(" "));

    boolean takesNoValue() {
        return "".equals(bare);
    }
}
