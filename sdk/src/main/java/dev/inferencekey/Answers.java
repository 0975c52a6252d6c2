package dev.inferencekey;

import dev.inferencekey.internal.Json;
import dev.inferencekey.internal.JsonFormatException;
import dev.inferencekey.internal.OneLine;
import dev.inferencekey.internal.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the data plane's answers. Everything that is due and missing is an {@link ApiException}, nothing is a guess. */
final class Answers {
    private static final int MAX_REFUSAL = 500;

    private Answers() {}

    static TextResult text(Reply reply) {
        Map<String, @Nullable Object> json = JsonShape.object(reply);
        Map<String, @Nullable Object> choice = firstChoice(json);
        Map<String, @Nullable Object> message = choice == null ? null : JsonShape.object(choice, "message");
        if (choice == null || message == null) {
            throw Failures.unreadable(reply, "choices[0].message is missing");
        }
        return new TextResult(
                content(message),
                toolCalls(reply, message),
                reasoning(message),
                JsonShape.string(message, "refusal"),
                JsonShape.string(json, "model"),
                JsonShape.string(choice, "finish_reason"),
                Usage.read(JsonShape.object(json, "usage")),
                raw(reply));
    }

    private static List<ToolCall> toolCalls(Reply reply, Map<?, ?> message) {
        List<?> calls = JsonShape.list(message, "tool_calls");
        if (calls == null || calls.isEmpty()) {
            return List.of();
        }
        ToolCallAssembly assembly = new ToolCallAssembly(reply);
        assembly.add(calls);
        return assembly.take();
    }

    /** What a model thought before its answer; null if it does not say. */
    static @Nullable String reasoning(Map<?, ?> message) {
        String reasoning = JsonShape.string(message, "reasoning_content");
        return reasoning == null ? JsonShape.string(message, "reasoning") : reasoning;
    }

    /** A text model's answer, read into a record. */
    static <T> ObjectResult<T> object(Reply reply, Shape.Members shape, Class<T> record) {
        TextResult answer = text(reply);
        String name = shape.type().getSimpleName();
        if (answer.refusal() != null || "content_filter".equals(answer.finishReason())) {
            String why =
                    answer.refusal() == null ? "its answer was filtered" : OneLine.of(answer.refusal(), MAX_REFUSAL);
            throw Failures.mismatch(
                    reply,
                    ObjectMismatchException.Reason.REFUSED,
                    "the model did not write a " + name + ": " + why,
                    answer);
        }
        if ("length".equals(answer.finishReason())) {
            String after =
                    answer.usage() == null ? "" : " after " + answer.usage().outputTokens() + " tokens";
            throw Failures.mismatch(
                    reply,
                    ObjectMismatchException.Reason.CUT_OFF,
                    "the answer was cut off" + after + "; allow more with maxTokens, or ask for less",
                    answer);
        }
        if (answer.text().isBlank() && !answer.toolCalls().isEmpty()) {
            throw Failures.mismatch(
                    reply,
                    ObjectMismatchException.Reason.NO_JSON,
                    "the model called a tool and wrote no " + name,
                    answer);
        }
        Object value = ObjectText.read(shape, answer.text(), "the answer", Failures.details(reply));
        return new ObjectResult<>(record.cast(value), answer);
    }

    /** The first choice of an answer or a piece of one; null if it has none, as the piece with the usage. */
    static @Nullable Map<String, @Nullable Object> firstChoice(Map<?, ?> json) {
        List<?> choices = JsonShape.list(json, "choices");
        return choices == null || choices.isEmpty() ? null : JsonShape.asObject(choices.get(0));
    }

    /** A message's text: a string, or the texts of its parts; empty if there is none. */
    static String content(Map<?, ?> message) {
        Object content = message.get("content");
        if (content instanceof List<?> parts) {
            StringBuilder text = new StringBuilder();
            for (Object part : parts) {
                String piece = part instanceof Map<?, ?> map ? JsonShape.string(map, "text") : null;
                text.append(piece == null ? "" : piece);
            }
            return text.toString();
        }
        return content instanceof String text ? text : "";
    }

    static EmbedResult embeddings(Reply reply, int inputs) {
        Json.Embeddings answer;
        try {
            answer = Json.readEmbeddings(Wire.bytes(reply));
        } catch (JsonFormatException e) {
            throw Failures.unreadable(reply, e.reason());
        }
        List<Json.@Nullable Embedding> data = answer.data();
        if (data == null || data.size() != inputs) {
            throw Failures.unreadable(
                    reply, inputs + " vectors were due, " + (data == null ? "none" : data.size()) + " came");
        }
        List<float @Nullable []> vectors = new ArrayList<>(Collections.nCopies(inputs, null));
        for (int i = 0; i < inputs; i++) {
            Json.Embedding embedding = data.get(i);
            float[] vector = embedding == null ? null : embedding.embedding();
            Integer index = embedding == null || embedding.index() == null ? Integer.valueOf(i) : embedding.index();
            if (vector == null || index < 0 || index >= inputs || vectors.get(index) != null) {
                throw Failures.unreadable(reply, "data[" + i + "] is no vector of its own for one of the inputs");
            }
            vectors.set(index, vector);
        }
        List<float[]> complete = new ArrayList<>(inputs);
        for (float[] vector : vectors) {
            if (vector != null) {
                complete.add(vector);
            }
        }
        return new EmbedResult(complete, answer.model(), Usage.read(answer.usage()), raw(reply));
    }

    static RerankResult ranking(Reply reply, List<String> documents) {
        Map<String, @Nullable Object> json = JsonShape.object(reply);
        List<?> results = JsonShape.list(json, "results");
        if (results == null) {
            throw Failures.unreadable(reply, "results are missing");
        }
        List<RerankResult.Ranked> ranked = new ArrayList<>(results.size());
        for (Object element : results) {
            Map<?, ?> result = element instanceof Map<?, ?> map ? map : Map.of();
            Long index = JsonShape.integer(result, "index");
            Double score = JsonShape.decimal(result, "relevance_score");
            if (score == null) {
                score = JsonShape.decimal(result, "score");
            }
            if (index == null || score == null || index < 0 || index >= documents.size()) {
                throw Failures.unreadable(
                        reply, "results[" + ranked.size() + "] needs the index of a document and a score");
            }
            ranked.add(new RerankResult.Ranked(index.intValue(), score, documents.get(index.intValue())));
        }
        return new RerankResult(ranked, JsonShape.string(json, "model"), raw(reply));
    }

    /** Nothing of interest, but it must be what an InferenceKey server answers: any page has a status of 200. */
    static @Nullable Void models(Reply reply) {
        if (JsonShape.list(JsonShape.object(reply), "data") == null) {
            throw Failures.unreadable(reply, "data is missing");
        }
        return null;
    }

    static String jobId(Reply reply) {
        String id = JsonShape.id(JsonShape.object(reply), "job_id");
        if (id == null || id.isBlank()) {
            throw Failures.unreadable(reply, "job_id is missing");
        }
        return id;
    }

    static Job job(Reply reply, String askedFor) {
        Map<String, @Nullable Object> json = JsonShape.object(reply);
        Map<String, @Nullable Object> nested = JsonShape.object(json, "data");
        Map<String, @Nullable Object> job = nested == null ? json : nested;
        String id = JsonShape.id(job, "job_id");
        String status = JsonShape.string(job, "status");
        if (status == null) {
            throw Failures.unreadable(reply, "status is missing");
        }
        String binary = JsonShape.string(job, "binary_b64");
        if (binary != null && !isBase64(binary)) {
            throw Failures.unreadable(reply, "binary_b64 is not base64");
        }
        return new Job(
                id == null ? askedFor : id,
                status,
                job.get("payload"),
                JsonShape.string(job, "output"),
                binary,
                JsonShape.string(job, "content_type"),
                Usage.read(JsonShape.object(job, "usage")),
                Job.error(job),
                raw(reply));
    }

    private static boolean isBase64(String text) {
        try {
            Base64.getDecoder().decode(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    static RawJson raw(Reply reply) {
        return new RawJson(new String(Wire.bytes(reply), StandardCharsets.UTF_8));
    }
}
