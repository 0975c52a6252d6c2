package dev.inferencekey.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a {@link ScriptedWorkload} answers: a content, or a fault, and how fast. Immutable and thread-safe; the methods that change
 * something return a changed copy.
 *
 * <p>{@link #text}, {@link #stream} and {@link #toolCall} answer chats, completions and responses, whole or streamed as the caller asks;
 * {@link #text} is a transcript, too.
 */
public final class ScriptedAnswer {
    private static final JsonMapper JSON = JsonMapper.shared();

    /** What is answered. */
    sealed interface Content {}

    /** Text in the pieces in which it is streamed, and what functions are to be called. */
    record Text(List<String> pieces, List<ToolCall> toolCalls) implements Content {
        String whole() {
            return String.join("", pieces);
        }
    }

    record ToolCall(String name, String arguments) {}

    /** A vector for each text. */
    record Vectors(Function<String, double[]> of) implements Content {}

    /** A score for each document. */
    record Scores(List<Double> values) implements Content {}

    /** Pictures, one for each that is asked for. */
    record Image(List<byte[]> images) implements Content {
        @Override
        public String toString() {
            return "Image[" + images.size() + "]";
        }
    }

    /** Audio, as bytes. Never compared. */
    @SuppressWarnings("ArrayRecordComponent")
    record Sound(String contentType, byte[] bytes) implements Content {
        @Override
        public String toString() {
            return "Sound[" + contentType + ", " + bytes.length + " bytes]";
        }
    }

    /** This body on whatever route. */
    record Raw(int status, String contentType, String body) implements Content {}

    /** The connection is reset instead. */
    record Reset() implements Content {}

    /** When and how far it is sent. */
    private record Delivery(Duration delay, Duration pace, int pieces) {
        static final Delivery PLAIN = new Delivery(Duration.ZERO, Duration.ZERO, Integer.MAX_VALUE);
    }

    private final Content content;
    private final Delivery delivery;
    private final Map<String, String> headers;
    private final @Nullable Tokens tokens;
    private final @Nullable String finishReason;

    /** What the model says it has read and written. */
    record Tokens(int prompt, int completion) {}

    private ScriptedAnswer(
            Content content,
            Delivery delivery,
            Map<String, String> headers,
            @Nullable Tokens tokens,
            @Nullable String finishReason) {
        this.content = content;
        this.delivery = delivery;
        this.headers = Map.copyOf(headers);
        this.tokens = tokens;
        this.finishReason = finishReason;
    }

    private static ScriptedAnswer of(Content content) {
        return new ScriptedAnswer(content, Delivery.PLAIN, Map.of(), null, null);
    }

    /** A text; streamed word by word to whoever asks for a stream. JSON for callers that want structured output. */
    public static ScriptedAnswer text(String text) {
        return of(new Text(words(text), List.of()));
    }

    /** A text in exactly these pieces; whole to whoever asks for no stream. */
    public static ScriptedAnswer stream(String... pieces) {
        return of(new Text(List.of(pieces), List.of()));
    }

    /** That a function is to be called. Chats and responses have functions. */
    public static ScriptedAnswer toolCall(String function, Map<String, ?> arguments) {
        return of(new Text(List.of(), List.of(call(function, arguments))));
    }

    /** That a function is to be called besides what is said already. */
    public ScriptedAnswer andToolCall(String function, Map<String, ?> arguments) {
        if (!(content instanceof Text text)) {
            throw new IllegalStateException("only a text or a tool call can have a further tool call");
        }
        List<ToolCall> calls = new ArrayList<>(text.toolCalls());
        calls.add(call(function, arguments));
        return new ScriptedAnswer(new Text(text.pieces(), List.copyOf(calls)), delivery, headers, tokens, finishReason);
    }

    /** This vector for each text of the request. */
    public static ScriptedAnswer embedding(double... vector) {
        double[] copy = vector.clone();
        return embedding(text -> copy);
    }

    /** A vector for each text of the request. */
    public static ScriptedAnswer embedding(Function<String, double[]> vectors) {
        return of(new Vectors(vectors));
    }

    /** How well each document of the request answers its query, in the order of the request; answered best first. */
    public static ScriptedAnswer ranking(double... scores) {
        List<Double> values = new ArrayList<>();
        for (double score : scores) {
            values.add(score);
        }
        return of(new Scores(List.copyOf(values)));
    }

    /** These pictures, such as PNG files. */
    public static ScriptedAnswer images(byte[]... images) {
        return of(new Image(Arrays.stream(images).map(byte[]::clone).toList()));
    }

    /**
     * Spoken or played audio.
     *
     * @param contentType such as {@code audio/mpeg}
     */
    public static ScriptedAnswer sound(String contentType, byte[] bytes) {
        return of(new Sound(contentType, bytes.clone()));
    }

    /** This JSON as the whole body, on whatever route: a text that is JSON, or maps, lists, records and plain values. */
    public static ScriptedAnswer json(Object body) {
        return of(new Raw(200, "application/json", body instanceof String text ? text : JSON.writeValueAsString(body)));
    }

    /**
     * An error in the form that OpenAI's clients read.
     *
     * @param status 400 to 599
     * @param code for programs, such as {@code context_length_exceeded}
     */
    public static ScriptedAnswer error(int status, String code, String message) {
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("an error has a status of 400 to 599, not " + status);
        }
        return of(new Raw(status, "application/json", errorBody(status, code, message)));
    }

    /** 429 from the model, to be tried again after so long, in whole seconds; the platform passes it on. */
    public static ScriptedAnswer rateLimited(Duration retryAfter) {
        return error(429, "rate_limit_exceeded", "Rate limit reached.")
                .header("Retry-After", Long.toString(retryAfter.toSeconds()));
    }

    /** An error of the model server, 500 to 599. */
    public static ScriptedAnswer serverError(int status) {
        return error(status, "server_error", "The model server failed, as the test has scripted.");
    }

    /** The model server resets the connection instead of answering. */
    public static ScriptedAnswer connectionReset() {
        return of(new Reset());
    }

    /** An answer with status 200 that is no JSON. */
    public static ScriptedAnswer garbage() {
        return of(new Raw(200, "application/json", "<html>\u0000not JSON at all"));
    }

    /** The first byte comes only after so long: a slow first token. */
    public ScriptedAnswer after(Duration delay) {
        return with(new Delivery(delay, delivery.pace, delivery.pieces));
    }

    /** So long passes between the pieces of a stream. */
    public ScriptedAnswer paced(Duration pause) {
        return with(new Delivery(delivery.delay, pause, delivery.pieces));
    }

    /** The connection breaks after so many pieces of a stream; 0 breaks it after the head. A whole answer breaks in its middle. */
    public ScriptedAnswer cutAfter(int pieces) {
        if (pieces < 0) {
            throw new IllegalArgumentException("pieces must not be negative, was " + pieces);
        }
        return with(new Delivery(delivery.delay, delivery.pace, pieces));
    }

    /** What the model says it has used; by default it counts words. */
    public ScriptedAnswer tokens(int prompt, int completion) {
        return new ScriptedAnswer(content, delivery, headers, new Tokens(prompt, completion), finishReason);
    }

    /** Why the text ends, such as {@code length}; by default {@code stop} or {@code tool_calls}. */
    public ScriptedAnswer finishReason(String reason) {
        return new ScriptedAnswer(content, delivery, headers, tokens, reason);
    }

    /** With a header; the platform passes on what clients may see. */
    public ScriptedAnswer header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new ScriptedAnswer(content, delivery, more, tokens, finishReason);
    }

    private ScriptedAnswer with(Delivery changed) {
        return new ScriptedAnswer(content, changed, headers, tokens, finishReason);
    }

    static String errorBody(int status, String code, String message) {
        Map<String, @Nullable Object> error = new LinkedHashMap<>();
        error.put("message", message);
        error.put("type", status < 500 ? "invalid_request_error" : "server_error");
        error.put("param", null);
        error.put("code", code);
        return JSON.writeValueAsString(Map.of("error", error));
    }

    private static ToolCall call(String function, Map<String, ?> arguments) {
        return new ToolCall(Objects.requireNonNull(function), JSON.writeValueAsString(arguments));
    }

    /** With the space that follows each. */
    private static List<String> words(String text) {
        return List.of(text.split("(?<=\\s)(?=\\S)"));
    }

    Content content() {
        return content;
    }

    Duration delay() {
        return delivery.delay;
    }

    Duration pace() {
        return delivery.pace;
    }

    /** After how many pieces of a stream the connection breaks. */
    int pieces() {
        return delivery.pieces;
    }

    /** Whether the connection breaks at all. */
    boolean isCut() {
        return delivery.pieces != Integer.MAX_VALUE;
    }

    Map<String, String> headers() {
        return headers;
    }

    @Nullable
    Tokens tokens() {
        return tokens;
    }

    @Nullable
    String finishReason() {
        return finishReason;
    }

    @Override
    public String toString() {
        return "ScriptedAnswer[" + content + "]";
    }
}
