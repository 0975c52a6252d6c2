package dev.inferencekey.testkit;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A request as it reached the model server of a {@link ScriptedWorkload}: after the platform has checked its API key, with the name of the
 * model in place of the workload's. Credentials are left out. Immutable and thread-safe.
 */
public final class ScriptedCall {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final List<String> CREDENTIALS =
            List.of("authorization", "proxy-authorization", "cookie", "x-api-key");
    private static final int SHOWN = 300;

    private final String method;
    private final String path;
    private final Map<String, String> headers;
    private final byte[] body;
    private final @Nullable JsonNode json;

    ScriptedCall(String method, String path, Map<String, String> headers, byte[] body) {
        this.method = method;
        this.path = path;
        Map<String, String> shown = new TreeMap<>(headers);
        shown.keySet().removeAll(CREDENTIALS);
        this.headers = Map.copyOf(shown);
        this.body = body;
        this.json = parse(body);
    }

    private static @Nullable JsonNode parse(byte[] body) {
        try {
            return body.length == 0 ? null : JSON.readTree(body);
        } catch (JacksonException e) {
            return null;
        }
    }

    /** Such as {@code POST}. */
    public String method() {
        return method;
    }

    /** Below the workload's address, such as {@code /v1/chat/completions}. */
    public String path() {
        return path;
    }

    /** Those that the platform passes on, names in lower case, without credentials. */
    public Map<String, String> headers() {
        return headers;
    }

    /** One header, in whatever case; null if it is not there. */
    public @Nullable String header(String name) {
        return headers.get(name.toLowerCase(Locale.ROOT));
    }

    /** The body as text; empty if there is none. */
    public String body() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /**
     * The body's members, with maps, lists, strings, numbers, booleans and null as values.
     *
     * @throws IllegalStateException if the body is no JSON object
     */
    @SuppressWarnings("unchecked")
    public Map<String, @Nullable Object> json() {
        if (json == null || !json.isObject()) {
            throw new IllegalStateException("the body is no JSON object: " + shortened());
        }
        return JSON.treeToValue(json, Map.class);
    }

    /** A value inside the body by its JSON pointer, such as {@code /messages/0/content}, as text; null if there is none. */
    public @Nullable String at(String pointer) {
        JsonNode found = json == null ? null : json.at(pointer);
        if (found == null || found.isMissingNode() || found.isNull()) {
            return null;
        }
        return found.isString() ? found.asString() : found.toString();
    }

    /**
     * What the model was asked: the text of the last message of the user, or {@code prompt}, {@code input}, {@code query}; else empty. The
     * same of a form, such as a transcription's.
     */
    public String prompt() {
        if (json == null) {
            return formField("prompt");
        }
        for (String conversation : List.of("messages", "input")) {
            JsonNode messages = json.path(conversation);
            for (int i = messages.size() - 1; i >= 0; i--) {
                if (messages.get(i).path("role").asString("").equals("user")) {
                    return text(messages.get(i).path("content"));
                }
            }
        }
        for (String member : List.of("prompt", "input", "query")) {
            if (json.has(member)) {
                return text(json.get(member));
            }
        }
        return "";
    }

    /** Whether the answer is to be streamed. */
    public boolean isStreamed() {
        return json != null && json.path("stream").asBoolean(false);
    }

    /** The value of a form's field; empty if there is none, or the body is no form ({@code multipart/form-data}). */
    public String formField(String name) {
        if (!headers.getOrDefault("content-type", "").startsWith("multipart/form-data")) {
            return "";
        }
        Matcher field = Pattern.compile(
                        "; name=\"" + Pattern.quote(name) + "\"(?:\r\n[^\r\n]+)*\r\n\r\n(.*?)\r\n--", Pattern.DOTALL)
                .matcher(body());
        return field.find() ? field.group(1) : "";
    }

    /** The body as it was parsed; a missing node if it was no JSON. */
    JsonNode tree() {
        return json == null ? JSON.missingNode() : json;
    }

    private static String text(JsonNode content) {
        if (!content.isArray()) {
            return content.isString() ? content.asString() : content.toString();
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            String piece = part.isString() ? part.asString() : part.path("text").asString("");
            text.append(text.isEmpty() || piece.isEmpty() ? "" : "\n").append(piece);
        }
        return text.toString();
    }

    private String shortened() {
        String text = body();
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "… (" + body.length + " bytes)";
    }

    /** Method, path and the beginning of the body. */
    @Override
    public String toString() {
        return method + " " + path + (body.length == 0 ? "" : " " + shortened());
    }
}
