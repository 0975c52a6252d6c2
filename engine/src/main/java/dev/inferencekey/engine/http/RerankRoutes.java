package dev.inferencekey.engine.http;

import dev.inferencekey.engine.llama.LoadedModel;
import dev.inferencekey.engine.llama.Prompt;
import dev.inferencekey.engine.options.Task;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code POST /v1/rerank}: documents ordered by how well they answer a query. Thread-safe. */
final class RerankRoutes {
    private static final int MOST_DOCUMENTS = 1024;

    private record Score(int index, float value) {}

    private final LoadedModel model;

    RerankRoutes(LoadedModel model) {
        this.model = model;
    }

    void rerank(Exchange exchange) throws IOException, InterruptedException {
        if (model.task() != Task.RERANK) {
            throw ApiException.unsupported("This model is not loaded for reranking; add --reranking to its command.");
        }
        RequestBody body = exchange.body();
        Prompt query = model.input(body.text("query"));
        List<String> texts = body.texts("documents", MOST_DOCUMENTS);
        if (texts.isEmpty()) {
            throw ApiException.invalid("documents", "documents must be an array of at least one text.");
        }
        int topN = body.integer("top_n", 1, Integer.MAX_VALUE).orElse(texts.size());
        List<Prompt> documents = new ArrayList<>();
        int tokens = 0;
        for (String text : texts) {
            Prompt document = model.input(text);
            tokens += model.pairTokens(query, document);
            documents.add(document);
        }
        List<Score> scores = new ArrayList<>();
        for (Prompt document : documents) {
            scores.add(new Score(scores.size(), model.score(query, document)));
        }
        scores.sort(Comparator.comparingDouble(Score::value).reversed());

        ObjectNode answer =
                JsonMapper.shared().createObjectNode().put("object", "list").put("model", model.name());
        ArrayNode results = answer.putArray("results");
        for (Score score : scores.subList(0, Math.min(topN, scores.size()))) {
            results.addObject().put("index", score.index).put("relevance_score", score.value);
        }
        new Usage(tokens, 0).writePromptTo(answer);
        exchange.sendJson(200, answer);
    }
}
