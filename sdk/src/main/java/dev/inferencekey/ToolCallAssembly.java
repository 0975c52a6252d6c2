package dev.inferencekey;

import dev.inferencekey.internal.Json;
import dev.inferencekey.internal.Reply;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts tool calls together from the pieces of a stream. One writer.
 *
 * <p>Notes. A piece belongs to the call with its {@code index}. Servers exist that give every call the index 0, or none: an id that was
 * not there before begins a call, and a piece without index and id goes on with the last.
 */
final class ToolCallAssembly {
    /** The most characters of all calls together: far more than any model writes, and a bound for one that never ends. */
    private static final int MAX_CHARACTERS = 16 * 1024 * 1024;

    /** What a call costs at least, so that empty ones are bounded, too. */
    private static final int CALL_COST = 100;

    private static final class Begun {
        private final @Nullable Long index;
        private String id = "";
        private String name = "";
        private final StringBuilder arguments = new StringBuilder();

        Begun(@Nullable Long index) {
            this.index = index;
        }
    }

    private final Reply reply;
    private final List<Begun> calls = new ArrayList<>();
    private long characters;

    ToolCallAssembly(Reply reply) {
        this.reply = reply;
    }

    /** Whether a call has begun that was not taken. */
    boolean isOpen() {
        return !calls.isEmpty();
    }

    /**
     * Takes the {@code tool_calls} of a message or of a piece of one.
     *
     * @throws ApiException if they are too large
     */
    void add(List<?> pieces) {
        for (Object piece : pieces) {
            if (piece instanceof Map<?, ?> json) {
                add(json);
            }
        }
    }

    private void add(Map<?, ?> piece) {
        Long index = JsonShape.integer(piece, "index");
        String id = JsonShape.id(piece, "id");
        Map<?, ?> function = JsonShape.object(piece, "function");
        Begun call = find(index, id);
        if (call == null) {
            call = new Begun(index);
            calls.add(call);
            characters += CALL_COST;
        }
        if (id != null && call.id.isEmpty()) {
            call.id = id;
            characters += id.length();
        }
        if (function != null) {
            String name = JsonShape.string(function, "name");
            if (name != null && call.name.isEmpty()) {
                call.name = name;
                characters += name.length();
            }
            String arguments = arguments(function.get("arguments"));
            call.arguments.append(arguments);
            characters += arguments.length();
        }
        if (characters > MAX_CHARACTERS) {
            throw Failures.unreadable(reply, "its tool calls are larger than " + MAX_CHARACTERS + " characters");
        }
    }

    /** Some servers write the arguments as an object and not as text. */
    private static String arguments(@Nullable Object value) {
        if (value instanceof Map<?, ?> object) {
            Map<String, @Nullable Object> json = new LinkedHashMap<>();
            object.forEach((name, element) -> json.put(String.valueOf(name), element));
            return Json.text(json);
        }
        return value instanceof String text ? text : "";
    }

    private @Nullable Begun find(@Nullable Long index, @Nullable String id) {
        boolean named = id != null && !id.isEmpty();
        // From the last: where an index is used twice, the pieces belong to the call that began last.
        for (int i = calls.size() - 1; i >= 0; i--) {
            Begun call = calls.get(i);
            boolean sameIndex = index == null || index.equals(call.index);
            if (named && (call.id.equals(id) || (call.id.isEmpty() && sameIndex))) {
                return call;
            }
            if (!named && sameIndex) {
                return call;
            }
        }
        return null;
    }

    /** The calls, which are complete; another answer may begin. Those without a name are no calls. */
    List<ToolCall> take() {
        List<ToolCall> complete = new ArrayList<>();
        for (Begun call : calls) {
            if (!call.name.isEmpty()) {
                // Results refer to ids, so each call needs one of its own.
                String id = call.id.isEmpty() ? "call_" + complete.size() : call.id;
                complete.add(ToolCall.of(id, call.name, call.arguments.toString()));
            }
        }
        calls.clear();
        return complete;
    }
}
