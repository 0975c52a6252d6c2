package dev.inferencekey.server.runtime.simulator;

import dev.inferencekey.server.runtime.simulator.schema.SchemaSample;
import dev.inferencekey.server.runtime.simulator.schema.UnsupportedSchemaException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The form that an answer is to have: {@code response_format} of a chat, {@code text.format} of a response.
 *
 * @param json whether it is to be JSON
 * @param schema what the JSON is to fit, null for any object
 * @param param where the schema stands in the request
 */
record AnswerFormat(boolean json, @Nullable JsonNode schema, String param) {
    private static final AnswerFormat TEXT = new AnswerFormat(false, null, "");

    /** @param param where {@code format} stands in the request, for messages */
    static AnswerFormat of(JsonNode format, String param) {
        if (format.isMissingNode() || format.isNull()) {
            return TEXT;
        }
        String type = format.path("type").asString("");
        return switch (type) {
            case "text" -> TEXT;
            // llama.cpp takes a schema here, too.
            case "json_object" -> new AnswerFormat(true, format.get("schema"), param + ".schema");
            case "json_schema" -> {
                boolean nested = format.path("json_schema").isObject();
                JsonNode schema = (nested ? format.path("json_schema") : format).get("schema");
                if (schema == null) {
                    throw RequestRefusedException.invalid(
                            param, param + " of type json_schema needs a name and a schema");
                }
                yield new AnswerFormat(true, schema, param + (nested ? ".json_schema.schema" : ".schema"));
            }
            default ->
                throw RequestRefusedException.invalid(
                        param + ".type", param + ".type must be text, json_object or json_schema");
        };
    }

    /** The JSON that the answer consists of. */
    String answer(long seed) {
        if (schema == null) {
            ObjectNode any = Call.JSON.createObjectNode();
            return any.put("answer", "This is a simulated answer.")
                    .put("number", Math.floorMod(seed, 100))
                    .toString();
        }
        return sample(schema, seed, param);
    }

    /** JSON that fits {@code schema}, or a refusal that names {@code param}. */
    static String sample(JsonNode schema, long seed, String param) {
        try {
            return SchemaSample.of(schema, seed).toString();
        } catch (UnsupportedSchemaException e) {
            throw RequestRefusedException.invalid(
                    param, "the simulator can't make a value for " + param + ": " + e.getMessage());
        }
    }
}
