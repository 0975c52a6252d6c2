package dev.inferencekey.server.runtime.simulator;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers the routes that judge texts by vectors: embeddings, pooling, ranks, scores and classes. Thread-safe. */
final class VectorAnswers {
    private static final int MAX_INPUTS = 4_096;
    private static final int MAX_DIMENSIONS = 4_096;
    private static final List<String> REFUSED =
            List.of("rank_fields", "truncate_prompt_tokens", "messages", "image", "images", "embedding_types");

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

    private final Envelope envelope;

    VectorAnswers(Envelope envelope) {
        this.envelope = envelope;
    }

    private static Fields request(Call call) throws IOException {
        Fields request = Fields.ofJson(call.jsonBody());
        request.refuse(REFUSED);
        return request;
    }

    void embeddings(Call call) throws IOException, InterruptedException {
        vectors(call, "embedding", "embedding");
    }

    /** vLLM's {@code pooling}: what a reward model or a token classifier says of a text, here its vector. */
    void pooling(Call call) throws IOException, InterruptedException {
        vectors(call, "pooling", "data");
    }

    private void vectors(Call call, String object, String field) throws IOException, InterruptedException {
        Fields request = request(call);
        List<String> inputs = inputs(request.get("input"), "input");
        int dimensions = request.integer("dimensions", SimulatedVector.DEFAULT_DIMENSIONS, 1, MAX_DIMENSIONS);
        boolean base64 = request.choice("encoding_format", "float", "base64").equals("base64");
        ObjectNode answer = list(object);
        ArrayNode data = answer.putArray("data");
        for (int i = 0; i < inputs.size(); i++) {
            float[] vector = SimulatedVector.of(inputs.get(i), dimensions);
            ObjectNode entry = data.addObject().put("object", object).put("index", i);
            if (base64) {
                entry.put(field, SimulatedVector.base64(vector));
            } else {
                ArrayNode values = entry.putArray(field);
                for (float value : vector) {
                    values.add(value);
                }
            }
        }
        answer.put("model", envelope.model());
        putUsage(call, answer, tokens(inputs));
        call.generation().produceWhole();
        call.answer(200, answer);
    }

    private ObjectNode list(String idPrefix) {
        return Call.JSON
                .createObjectNode()
                .put("id", envelope.nextId(idPrefix))
                .put("object", "list")
                .put("created", envelope.now());
    }

    void rerank(Call call) throws IOException, InterruptedException {
        Fields request = request(call);
        if (!request.get("query").isString()) {
            throw RequestRefusedException.invalid("query", "query must be a text");
        }
        String query = request.text("query", "");
        List<String> documents = inputs(request.get("documents"), "documents");
        int top = request.integer("top_n", documents.size(), 1, MAX_INPUTS);
        boolean withText = request.flag("return_documents");
        float[] wanted = SimulatedVector.of(query, SimulatedVector.DEFAULT_DIMENSIONS);
        List<Ranked> ranked = new ArrayList<>();
        for (int i = 0; i < documents.size(); i++) {
            float[] offered = SimulatedVector.of(documents.get(i), SimulatedVector.DEFAULT_DIMENSIONS);
            ranked.add(new Ranked(i, (1 + SimulatedVector.similarity(wanted, offered)) / 2));
        }
        ranked.sort(Comparator.comparingDouble(Ranked::score).reversed());
        ObjectNode answer = Call.JSON
                .createObjectNode()
                .put("id", envelope.nextId("rerank"))
                .put("model", envelope.model());
        ArrayNode results = answer.putArray("results");
        for (Ranked entry : ranked.subList(0, Math.min(top, ranked.size()))) {
            ObjectNode result = results.addObject().put("index", entry.index()).put("relevance_score", entry.score());
            if (withText) {
                result.putObject("document").put("text", documents.get(entry.index()));
            }
        }
        putUsage(call, answer, SimulatedText.countTokens(query) + tokens(documents));
        call.generation().produceWhole();
        call.answer(200, answer);
    }

    private record Ranked(int index, double score) {}

    /** vLLM's {@code score}: how near each text is to its partner; a single first text is compared to all. */
    void score(Call call) throws IOException, InterruptedException {
        Fields request = request(call);
        String first = request.has("queries") ? "queries" : request.has("data_1") ? "data_1" : "text_1";
        String second = request.has("documents")
                ? "documents"
                : request.has("items") ? "items" : request.has("data_2") ? "data_2" : "text_2";
        List<String> left = inputs(request.get(first), first);
        List<String> right = inputs(request.get(second), second);
        if (left.size() != 1 && left.size() != right.size()) {
            throw RequestRefusedException.invalid(
                    first, first + " must be one text, or as many as there are in " + second);
        }
        ObjectNode answer = list("score").put("model", envelope.model());
        ArrayNode data = answer.putArray("data");
        for (int i = 0; i < right.size(); i++) {
            float[] one = SimulatedVector.of(left.get(left.size() == 1 ? 0 : i), SimulatedVector.DEFAULT_DIMENSIONS);
            float[] other = SimulatedVector.of(right.get(i), SimulatedVector.DEFAULT_DIMENSIONS);
            data.addObject()
                    .put("index", i)
                    .put("object", "score")
                    .put("score", (1 + SimulatedVector.similarity(one, other)) / 2);
        }
        putUsage(call, answer, tokens(left) + tokens(right));
        call.generation().produceWhole();
        call.answer(200, answer);
    }

    /** vLLM's {@code classify}: the probability of each class. */
    void classify(Call call) throws IOException, InterruptedException {
        List<String> inputs = inputs(request(call).get("input"), "input");
        ObjectNode answer = list("classify").put("model", envelope.model());
        ArrayNode data = answer.putArray("data");
        for (int i = 0; i < inputs.size(); i++) {
            double probability = Math.floorMod(SimulatedText.seed(inputs.get(i)), 1_000) / 1_000.0;
            ObjectNode entry = data.addObject().put("index", i).put("label", probability > 0.5 ? "LABEL_1" : "LABEL_0");
            entry.putArray("probs").add(1 - probability).add(probability);
            entry.put("num_classes", 2);
        }
        putUsage(call, answer, tokens(inputs));
        call.generation().produceWhole();
        call.answer(200, answer);
    }

    void moderations(Call call) throws IOException, InterruptedException {
        List<String> inputs = inputs(Fields.ofJson(call.jsonBody()).get("input"), "input");
        ObjectNode answer =
                Call.JSON.createObjectNode().put("id", envelope.nextId("modr")).put("model", envelope.model());
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

    private static int tokens(List<String> texts) {
        return texts.stream().mapToInt(SimulatedText::countTokens).sum();
    }

    /** A text, a list of texts, a list of tokens, a list of lists of tokens, or objects that carry a text. */
    private static List<String> inputs(JsonNode node, String field) {
        if (node.isString()) {
            return List.of(node.stringValue());
        }
        if (!node.isArray() || node.isEmpty() || node.size() > MAX_INPUTS) {
            throw RequestRefusedException.invalid(field, field + " must be a text, or a list of 1 to " + MAX_INPUTS);
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

    private static void putUsage(Call call, ObjectNode answer, int tokens) {
        call.generation().read(tokens);
        Envelope.putInputUsage(answer, tokens);
    }
}
