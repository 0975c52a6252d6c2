package dev.inferencekey;

import java.util.Map;

/** Whether a model calls tools. Immutable and thread-safe. */
public final class ToolChoice {
    private static final ToolChoice AUTO = new ToolChoice("auto", "auto");
    private static final ToolChoice NONE = new ToolChoice("none", "none");
    private static final ToolChoice REQUIRED = new ToolChoice("required", "required");

    private final Object json;
    private final String shown;

    private ToolChoice(Object json, String shown) {
        this.json = json;
        this.shown = shown;
    }

    /** As the model thinks fit: what models do by themselves when they have tools. */
    public static ToolChoice auto() {
        return AUTO;
    }

    /** It answers in words. */
    public static ToolChoice none() {
        return NONE;
    }

    /** It calls at least one tool, whichever it likes. */
    public static ToolChoice required() {
        return REQUIRED;
    }

    /** It calls this tool. */
    public static ToolChoice tool(String name) {
        return new ToolChoice(PlainJson.pair("type", "function", "function", Map.of("name", name)), name);
    }

    Object toJson() {
        return json;
    }

    @Override
    public String toString() {
        return "ToolChoice[" + shown + "]";
    }
}
