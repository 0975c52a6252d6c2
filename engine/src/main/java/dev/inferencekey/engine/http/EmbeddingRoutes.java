package dev.inferencekey.engine.http;

import dev.inferencekey.engine.llama.LoadedModel;
import dev.inferencekey.engine.llama.Prompt;
import dev.inferencekey.engine.options.Task;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code POST /v1/embeddings}. Thread-safe. */
final class EmbeddingRoutes {
    private static final int MOST_INPUTS = 2048;

    private final LoadedModel model;

    EmbeddingRoutes(LoadedModel model) {
        this.model = model;
    }

    void embed(Exchange exchange) throws IOException, InterruptedException {
        if (model.task() != Task.EMBED) {
            throw ApiException.unsupported("This model is not loaded for embeddings; add --embedding to its command.");
        }
        RequestBody body = exchange.body();
        boolean base64 = wantsBase64(body);
        List<Prompt> inputs = new ArrayList<>();
        for (String text : body.texts("input", MOST_INPUTS)) {
            if (text.isEmpty()) {
                throw ApiException.invalid("input", "An input must not be empty.");
            }
            inputs.add(model.input(text));
        }
        if (inputs.isEmpty()) {
            throw ApiException.invalid("input", "input must be a text or an array of at least one text.");
        }
        ObjectNode answer = JsonMapper.shared().createObjectNode().put("object", "list");
        ArrayNode data = answer.putArray("data");
        int tokens = 0;
        for (Prompt input : inputs) {
            tokens += input.tokens();
            ObjectNode item = data.addObject().put("object", "embedding");
            write(item, model.embed(input), base64);
            item.put("index", data.size() - 1);
        }
        answer.put("model", model.name());
        new Usage(tokens, 0).writePromptTo(answer);
        exchange.sendJson(200, answer);
    }

    private static boolean wantsBase64(RequestBody body) {
        JsonNode format = body.get("encoding_format");
        String name = format == null ? "float" : format.asString("");
        if (!name.equals("float") && !name.equals("base64")) {
            throw ApiException.invalid("encoding_format", "encoding_format must be float or base64.");
        }
        if (body.get("dimensions") != null) {
            throw ApiException.invalid("dimensions", "This engine does not shorten vectors; leave dimensions away.");
        }
        return name.equals("base64");
    }

    private static void write(ObjectNode item, float[] vector, boolean base64) {
        if (base64) {
            ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(vector);
            item.put("embedding", Base64.getEncoder().encodeToString(bytes.array()));
            return;
        }
        ArrayNode numbers = item.putArray("embedding");
        for (float number : vector) {
            numbers.add(number);
        }
    }
}
