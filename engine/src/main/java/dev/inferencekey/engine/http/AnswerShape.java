package dev.inferencekey.engine.http;

import dev.inferencekey.engine.llama.FinishReason;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The JSON objects of one answer, in OpenAI's shape: whole, or as the chunks of a stream. */
sealed interface AnswerShape {

    /** The object of an answer that is not streamed. */
    ObjectNode whole(String text, FinishReason reason, Usage usage);

    /** What a stream opens with, or null if it opens with its first piece. */
    @Nullable
    ObjectNode opening();

    /** A piece of text. */
    ObjectNode piece(String text);

    /** The end of the answer. */
    ObjectNode closing(FinishReason reason);

    /** The token counts, in a chunk of their own after the end. */
    ObjectNode usage(Usage usage);

    /**
     * What all objects of one answer carry.
     *
     * @param id the answer's id
     * @param created seconds since 1970
     * @param model the model's name
     */
    record Head(String id, long created, String model) {
        ObjectNode object(String type) {
            return JsonMapper.shared()
                    .createObjectNode()
                    .put("id", id)
                    .put("object", type)
                    .put("created", created)
                    .put("model", model);
        }

        ObjectNode usage(String type, Usage usage) {
            ObjectNode object = object(type);
            object.putArray("choices");
            usage.writeTo(object);
            return object;
        }
    }

    private static String wire(FinishReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }

    /** The shape of {@code /v1/chat/completions}. */
    record Chat(Head head) implements AnswerShape {
        private static final String CHUNK = "chat.completion.chunk";

        @Override
        public ObjectNode whole(String text, FinishReason reason, Usage usage) {
            ObjectNode object = head.object("chat.completion");
            ObjectNode choice = object.putArray("choices").addObject().put("index", 0);
            choice.putObject("message")
                    .put("role", "assistant")
                    .put("content", text)
                    .putNull("refusal");
            choice.putNull("logprobs").put("finish_reason", wire(reason));
            usage.writeTo(object);
            return object;
        }

        @Override
        public ObjectNode opening() {
            ObjectNode chunk = head.object(CHUNK);
            ObjectNode choice = choice(chunk);
            choice.putObject("delta").put("role", "assistant").put("content", "");
            choice.putNull("finish_reason");
            return chunk;
        }

        @Override
        public ObjectNode piece(String text) {
            ObjectNode chunk = head.object(CHUNK);
            ObjectNode choice = choice(chunk);
            choice.putObject("delta").put("content", text);
            choice.putNull("finish_reason");
            return chunk;
        }

        @Override
        public ObjectNode closing(FinishReason reason) {
            ObjectNode chunk = head.object(CHUNK);
            ObjectNode choice = choice(chunk);
            choice.putObject("delta");
            choice.put("finish_reason", wire(reason));
            return chunk;
        }

        @Override
        public ObjectNode usage(Usage usage) {
            return head.usage(CHUNK, usage);
        }

        private static ObjectNode choice(ObjectNode chunk) {
            return chunk.putArray("choices").addObject().put("index", 0).putNull("logprobs");
        }
    }

    /** The shape of {@code /v1/completions}. */
    record Text(Head head) implements AnswerShape {
        private static final String OBJECT = "text_completion";

        @Override
        public ObjectNode whole(String text, FinishReason reason, Usage usage) {
            ObjectNode object = head.object(OBJECT);
            choice(object, text).put("finish_reason", wire(reason));
            usage.writeTo(object);
            return object;
        }

        @Override
        public @Nullable ObjectNode opening() {
            return null;
        }

        @Override
        public ObjectNode piece(String text) {
            ObjectNode chunk = head.object(OBJECT);
            choice(chunk, text).putNull("finish_reason");
            return chunk;
        }

        @Override
        public ObjectNode closing(FinishReason reason) {
            ObjectNode chunk = head.object(OBJECT);
            choice(chunk, "").put("finish_reason", wire(reason));
            return chunk;
        }

        @Override
        public ObjectNode usage(Usage usage) {
            return head.usage(OBJECT, usage);
        }

        private static ObjectNode choice(ObjectNode object, String text) {
            return object.putArray("choices")
                    .addObject()
                    .put("text", text)
                    .put("index", 0)
                    .putNull("logprobs");
        }
    }
}
