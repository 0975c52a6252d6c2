package dev.inferencekey.server.runtime.simulator;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers the routes that bring forth no text: vectors, ranks, pictures, sounds, judgements and forecasts. Thread-safe. */
final class OtherAnswers {
    private static final int MAX_INPUTS = 4_096;
    private static final int MAX_DIMENSIONS = 4_096;
    private static final int MAX_IMAGES = 10;
    private static final int MAX_HORIZON = 10_000;

    private static final List<String> CATEGORIES = List.of(
            "harassment",
            "harassment/threatening",
            "hate",
            "hate/threatening",
            "illicit",
            "illicit/violent",
            "self-harm",
            "self-harm/instructions",
            "self-harm/intent",
            "sexual",
            "sexual/minors",
            "violence",
            "violence/graphic");

    private final String model;
    private final InstantSource clock;
    private final AtomicLong count = new AtomicLong();

    OtherAnswers(String model, InstantSource clock) {
        this.model = model;
        this.clock = clock;
    }

    void models(Call call) throws IOException {
        ObjectNode answer = Call.JSON.createObjectNode().put("object", "list");
        answer.putArray("data").add(modelEntry());
        call.answer(200, answer);
    }

    void model(Call call) throws IOException {
        call.answer(200, modelEntry());
    }

    private ObjectNode modelEntry() {
        return Call.JSON
                .createObjectNode()
                .put("id", model)
                .put("object", "model")
                .put("created", clock.instant().getEpochSecond())
                .put("owned_by", "inferencekey-simulator");
    }

    void embeddings(Call call) throws IOException, InterruptedException {
        ObjectNode request = call.jsonBody();
        List<String> inputs = inputs(request.path("input"), "input");
        int dimensions = bounded(request, "dimensions", SimulatedVector.DEFAULT_DIMENSIONS, MAX_DIMENSIONS);
        boolean base64 = request.path("encoding_format").asString("float").equals("base64");
        ObjectNode answer = Call.JSON.createObjectNode().put("object", "list");
        ArrayNode data = answer.putArray("data");
        int tokens = 0;
        for (int i = 0; i < inputs.size(); i++) {
            float[] vector = SimulatedVector.of(inputs.get(i), dimensions);
            tokens += SimulatedText.countTokens(inputs.get(i));
            ObjectNode entry = data.addObject().put("object", "embedding").put("index", i);
            if (base64) {
                entry.put("embedding", SimulatedVector.base64(vector));
            } else {
                ArrayNode values = entry.putArray("embedding");
                for (float value : vector) {
                    values.add(value);
                }
            }
        }
        answer.put("model", model);
        answer.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
        call.generation().produceWhole();
        call.answer(200, answer);
    }

    void rerank(Call call) throws IOException, InterruptedException {
        ObjectNode request = call.jsonBody();
        if (!request.path("query").isString()) {
            throw RequestRefusedException.invalid("query must be a text");
        }
        String query = request.path("query").stringValue();
        List<String> documents = inputs(request.path("documents"), "documents");
        int top = bounded(request, "top_n", documents.size(), MAX_INPUTS);
        boolean withText = request.path("return_documents").asBoolean(false);
        float[] wanted = SimulatedVector.of(query, SimulatedVector.DEFAULT_DIMENSIONS);
        int tokens = SimulatedText.countTokens(query);
        List<Ranked> ranked = new ArrayList<>();
        for (int i = 0; i < documents.size(); i++) {
            float[] offered = SimulatedVector.of(documents.get(i), SimulatedVector.DEFAULT_DIMENSIONS);
            ranked.add(new Ranked(i, (1 + SimulatedVector.similarity(wanted, offered)) / 2));
            tokens += SimulatedText.countTokens(documents.get(i));
        }
        ranked.sort(Comparator.comparingDouble(Ranked::score).reversed());
        ObjectNode answer = Call.JSON
                .createObjectNode()
                .put("id", "rerank-simulated-" + count.incrementAndGet())
                .put("model", model);
        ArrayNode results = answer.putArray("results");
        for (Ranked entry : ranked.subList(0, Math.min(top, ranked.size()))) {
            ObjectNode result = results.addObject().put("index", entry.index()).put("relevance_score", entry.score());
            if (withText) {
                result.putObject("document").put("text", documents.get(entry.index()));
            }
        }
        answer.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
        call.generation().produceWhole();
        call.answer(200, answer);
    }

    private record Ranked(int index, double score) {}

    void images(Call call) throws IOException, InterruptedException {
        String prompt = "";
        int wanted = 1;
        if (call.isMultipart()) {
            call.drainBody();
        } else {
            ObjectNode request = call.jsonBody();
            prompt = request.path("prompt").asString("");
            wanted = bounded(request, "n", 1, MAX_IMAGES);
        }
        ObjectNode answer = Call.JSON
                .createObjectNode()
                .put("created", clock.instant().getEpochSecond())
                .put("model", model)
                .put("output_format", "png");
        ArrayNode data = answer.putArray("data");
        for (int i = 0; i < wanted; i++) {
            byte[] png = SimulatedMedia.png(prompt + i);
            data.addObject().put("b64_json", Base64.getEncoder().encodeToString(png));
        }
        call.generation().produceWhole();
        call.answer(200, answer);
    }

    void speech(Call call) throws IOException, InterruptedException {
        ObjectNode request = call.jsonBody();
        String text = request.has("input")
                ? request.path("input").asString("")
                : request.path("prompt").asString("");
        call.generation().produceWhole();
        call.answer(200, "audio/wav", SimulatedMedia.wav(text));
    }

    void voices(Call call) throws IOException {
        ObjectNode answer = Call.JSON.createObjectNode().put("model", model);
        answer.putArray("voices").add("simulated");
        call.answer(200, answer);
    }

    void transcription(Call call) throws IOException, InterruptedException {
        long bytes = call.drainBody();
        SimulatedText text = call.generation().textFor("audio of " + bytes + " bytes", 0);
        call.generation().produce(text, token -> {});
        int heard = (int) Math.min(Integer.MAX_VALUE, 1 + bytes / 1_000);
        int produced = text.tokens().size();
        ObjectNode answer =
                Call.JSON.createObjectNode().put("text", text.text()).put("model", model);
        answer.putObject("usage")
                .put("type", "tokens")
                .put("input_tokens", heard)
                .put("output_tokens", produced)
                .put("total_tokens", (long) heard + produced);
        call.answer(200, answer);
    }

    void moderations(Call call) throws IOException, InterruptedException {
        List<String> inputs = inputs(call.jsonBody().path("input"), "input");
        ObjectNode answer = Call.JSON
                .createObjectNode()
                .put("id", "modr-simulated-" + count.incrementAndGet())
                .put("model", model);
        ArrayNode results = answer.putArray("results");
        for (int i = 0; i < inputs.size(); i++) {
            ObjectNode result = results.addObject().put("flagged", false);
            ObjectNode categories = result.putObject("categories");
            ObjectNode scores = result.putObject("category_scores");
            ObjectNode types = result.putObject("category_applied_input_types");
            for (String category : CATEGORIES) {
                categories.put(category, false);
                scores.put(category, 0.001);
                types.putArray(category).add("text");
            }
        }
        call.generation().produceWhole();
        call.answer(200, answer);
    }

    /** Goes on with the mean of the series {@code series} (or {@code inputs}) for {@code horizon} steps. */
    void forecast(Call call) throws IOException, InterruptedException {
        ObjectNode request = call.jsonBody();
        JsonNode series = request.has("series") ? request.path("series") : request.path("inputs");
        double sum = 0;
        int numbers = 0;
        for (JsonNode value : series) {
            if (value.isNumber()) {
                sum += value.doubleValue();
                numbers++;
            }
        }
        int horizon = bounded(request, "horizon", 1, MAX_HORIZON);
        ObjectNode answer = Call.JSON.createObjectNode().put("model", model);
        ArrayNode forecast = answer.putArray("forecast");
        for (int i = 0; i < horizon; i++) {
            forecast.add(numbers == 0 ? 0 : sum / numbers);
        }
        call.generation().produceWhole();
        call.answer(200, answer);
    }

    private static int bounded(ObjectNode request, String field, int otherwise, int max) {
        JsonNode value = request.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isIntegralNumber() || value.asLong(0) < 1 || value.asLong(0) > max) {
            throw RequestRefusedException.invalid(field + " must be a whole number from 1 to " + max);
        }
        return value.asInt(otherwise);
    }

    /** A text, a list of texts, a list of tokens, a list of lists of tokens, or objects that carry a text. */
    private static List<String> inputs(JsonNode node, String field) {
        if (node.isString()) {
            return List.of(node.stringValue());
        }
        if (!node.isArray() || node.isEmpty() || node.size() > MAX_INPUTS) {
            throw RequestRefusedException.invalid(field + " must be a text, or a list of 1 to " + MAX_INPUTS);
        }
        if (node.path(0).isNumber()) {
            return List.of(node.toString());
        }
        List<String> inputs = new ArrayList<>();
        for (JsonNode element : node) {
            inputs.add(
                    element.isObject()
                            ? element.path("text").asString("")
                            : element.isString() ? element.stringValue() : element.toString());
        }
        return inputs;
    }
}
