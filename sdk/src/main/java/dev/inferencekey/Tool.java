package dev.inferencekey;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A function that a model may ask to have called. Immutable and thread-safe. To have your Java code called, too, use a {@link Toolbox}.
 *
 * {@snippet :
 * record FindOrder(@Description("such as A-17") String number) {}
 *
 * Tool findOrder = Tool.of("find_order", "Finds an order by its number.", FindOrder.class);
 * TextResult answer = bot.generateText(
 *         TextParams.builder().prompt("Where is order A-17?").tools(findOrder).build());
 * for (ToolCall call : answer.toolCalls()) {
 *     FindOrder arguments = call.arguments(FindOrder.class);
 * }
 * }
 */
public final class Tool {
    private final String name;
    private final @Nullable String description;
    private final @Nullable JsonSchema parameters;
    private final boolean strict;

    private Tool(String name, @Nullable String description, @Nullable JsonSchema parameters, boolean strict) {
        this.name = SchemaNames.require(name, "a tool's name");
        this.description = description;
        this.parameters = parameters;
        this.strict = strict;
    }

    /** A tool without parameters. */
    public static Tool of(String name, String description) {
        return new Tool(name, description, null, false);
    }

    /**
     * A tool whose parameters are a record's components. Strict: servers that know this hold the model to the schema.
     *
     * @param name 1 to 64 letters a-z and A-Z, digits, {@code _} and {@code -}
     * @param description what it does and when to call it, for the model to read
     * @param parameters a record; see {@link JsonSchema#of(Class)}
     */
    public static Tool of(String name, String description, Class<?> parameters) {
        return new Tool(name, description, JsonSchema.of(parameters), true);
    }

    /** A tool whose parameters are an object that fits a schema. Not strict: see {@link #withStrict}. */
    public static Tool of(String name, String description, JsonSchema parameters) {
        return new Tool(name, description, parameters, false);
    }

    /**
     * The same, strict or not. Strict tools need a schema that requires all of its members and allows no others, or servers that know
     * strictness refuse it.
     */
    public Tool withStrict(boolean value) {
        return new Tool(name, description, parameters, value);
    }

    /** What the model calls it by. */
    public String name() {
        return name;
    }

    Map<String, @Nullable Object> toJson() {
        Map<String, @Nullable Object> function = new LinkedHashMap<>();
        function.put("name", name);
        if (description != null && !description.isBlank()) {
            function.put("description", description);
        }
        if (parameters != null) {
            function.put("parameters", parameters.toMap());
        }
        if (strict) {
            function.put("strict", true);
        }
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("type", "function");
        json.put("function", function);
        return json;
    }

    /** The name. */
    @Override
    public String toString() {
        return "Tool[" + name + "]";
    }
}
