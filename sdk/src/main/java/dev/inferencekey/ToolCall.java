package dev.inferencekey;

import dev.inferencekey.internal.OneLine;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A model asks to have a tool called. It may be wrong: check the arguments as you would check those of any stranger. Immutable.
 *
 * <p>Answer it with {@link ChatMessage#toolResult(ToolCall, String)}, behind the message that made the call.
 */
public final class ToolCall {
    private static final int MAX_NAME = 64;

    private final String id;
    private final String name;
    private final String arguments;

    private ToolCall(String id, String name, String arguments) {
        this.id = Objects.requireNonNull(id, "id");
        this.name = Objects.requireNonNull(name, "name");
        this.arguments = arguments.isBlank() ? "{}" : arguments;
    }

    /**
     * A call, for conversations that were stored elsewhere.
     *
     * @param arguments a JSON object; blank for one without members
     */
    public static ToolCall of(String id, String name, String arguments) {
        return new ToolCall(id, name, arguments);
    }

    /** What the result refers to. */
    public String id() {
        return id;
    }

    /** The tool's name. */
    public String name() {
        return name;
    }

    /** The arguments as the model wrote them: JSON, unless it made a mistake or was cut off; {@code {}} if there are none. */
    public String arguments() {
        return arguments;
    }

    /**
     * The arguments as a record.
     *
     * @throws ObjectMismatchException if they do not fit it; the message names the place
     * @throws ValidationException if the class is no record that {@link JsonSchema#of(Class)} takes
     */
    public <T> T arguments(Class<T> record) {
        Shape.Members shape = ShapeFinder.of(record);
        return record.cast(ObjectText.read(shape, arguments, whose(), ErrorDetails.NONE));
    }

    /**
     * The arguments as plain JSON, unmodifiable.
     *
     * @throws ObjectMismatchException if they are no JSON object
     */
    public Map<String, @Nullable Object> argumentsMap() {
        return ObjectText.map(arguments, whose());
    }

    private String whose() {
        return "the arguments of " + OneLine.of(name, MAX_NAME);
    }

    Map<String, @Nullable Object> toJson() {
        Map<String, @Nullable Object> function = new LinkedHashMap<>();
        function.put("name", name);
        function.put("arguments", arguments);
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", id);
        json.put("type", "function");
        json.put("function", function);
        return json;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ToolCall call
                && id.equals(call.id)
                && name.equals(call.name)
                && arguments.equals(call.arguments);
    }

    @Override
    public int hashCode() {
        return Objects.hash(id, name, arguments);
    }

    /** Id and name: arguments may be private. */
    @Override
    public String toString() {
        return "ToolCall[" + Shown.name(id) + ", " + Shown.name(name) + "]";
    }
}
