package dev.inferencekey.engine.http;

import dev.inferencekey.engine.llama.FinishReason;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The JSON objects of one request's answers, in OpenAI's shape: whole, or as the events of a stream. */
interface AnswerShape {
    /**
     * One answer that is complete.
     *
     * @param tool the function that it calls, null if it is text
     * @param text what it says, or the arguments of the call
     */
    record Finished(@Nullable String tool, String text, FinishReason reason) {
        /** {@code finish_reason} on the wire. */
        String wire() {
            return tool != null && reason == FinishReason.STOP
                    ? "tool_calls"
                    : reason.name().toLowerCase(Locale.ROOT);
        }
    }

    /** The object of answers that are not streamed. */
    ObjectNode whole(List<Finished> answers, Usage usage);

    /** What the stream of the answer at {@code index} opens with; {@code tool} is the function that it calls, if it does. */
    List<ObjectNode> opening(int index, @Nullable String tool);

    /** A piece of text, or of the arguments. */
    ObjectNode piece(int index, String text, boolean ofCall);

    /** The end of one answer. */
    List<ObjectNode> closing(int index, Finished answer);

    /** The end of all; {@code includeUsage} if token counts were asked for. */
    List<ObjectNode> end(Usage usage, boolean includeUsage);

    /** Whether {@code [DONE]} comes last in a stream. */
    boolean endsWithDone();

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

        List<ObjectNode> usage(String type, Usage usage, boolean included) {
            if (!included) {
                return List.of();
            }
            ObjectNode object = object(type);
            object.putArray("choices");
            usage.writeTo(object);
            return List.of(object);
        }
    }

    /** The shape of {@code /v1/chat/completions}. */
    record Chat(Head head) implements AnswerShape {
        private static final String CHUNK = "chat.completion.chunk";

        @Override
        public ObjectNode whole(List<Finished> answers, Usage usage) {
            ObjectNode object = head.object("chat.completion");
            ArrayNode choices = object.putArray("choices");
            for (Finished answer : answers) {
                ObjectNode choice = choices.addObject().put("index", choices.size() - 1);
                ObjectNode message = choice.putObject("message").put("role", "assistant");
                if (answer.tool() == null) {
                    message.put("content", answer.text()).putNull("refusal");
                } else {
                    message.putNull("content").putNull("refusal");
                    call(message.putArray("tool_calls").addObject(), choices.size() - 1, answer.tool(), answer.text());
                }
                choice.putNull("logprobs").put("finish_reason", answer.wire());
            }
            usage.writeTo(object);
            return object;
        }

        private void call(ObjectNode call, int index, String tool, String arguments) {
            call.put("id", "call_" + head.id() + "_" + index).put("type", "function");
            call.putObject("function").put("name", tool).put("arguments", arguments);
        }

        @Override
        public List<ObjectNode> opening(int index, @Nullable String tool) {
            ObjectNode chunk = head.object(CHUNK);
            ObjectNode choice = choice(chunk, index);
            ObjectNode delta = choice.putObject("delta").put("role", "assistant");
            if (tool == null) {
                delta.put("content", "");
            } else {
                delta.putNull("content");
                call(delta.putArray("tool_calls").addObject().put("index", 0), index, tool, "");
            }
            choice.putNull("finish_reason");
            return List.of(chunk);
        }

        @Override
        public ObjectNode piece(int index, String text, boolean ofCall) {
            ObjectNode chunk = head.object(CHUNK);
            ObjectNode choice = choice(chunk, index);
            ObjectNode delta = choice.putObject("delta");
            if (ofCall) {
                delta.putArray("tool_calls")
                        .addObject()
                        .put("index", 0)
                        .putObject("function")
                        .put("arguments", text);
            } else {
                delta.put("content", text);
            }
            choice.putNull("finish_reason");
            return chunk;
        }

        @Override
        public List<ObjectNode> closing(int index, Finished answer) {
            ObjectNode chunk = head.object(CHUNK);
            ObjectNode choice = choice(chunk, index);
            choice.putObject("delta");
            choice.put("finish_reason", answer.wire());
            return List.of(chunk);
        }

        @Override
        public List<ObjectNode> end(Usage usage, boolean includeUsage) {
            return head.usage(CHUNK, usage, includeUsage);
        }

        @Override
        public boolean endsWithDone() {
            return true;
        }

        private static ObjectNode choice(ObjectNode chunk, int index) {
            return chunk.putArray("choices").addObject().put("index", index).putNull("logprobs");
        }
    }

    /** The shape of {@code /v1/completions}. */
    record Text(Head head) implements AnswerShape {
        private static final String OBJECT = "text_completion";

        @Override
        public ObjectNode whole(List<Finished> answers, Usage usage) {
            ObjectNode object = head.object(OBJECT);
            ArrayNode choices = object.putArray("choices");
            for (Finished answer : answers) {
                choice(choices, choices.size(), answer.text()).put("finish_reason", answer.wire());
            }
            usage.writeTo(object);
            return object;
        }

        @Override
        public List<ObjectNode> opening(int index, @Nullable String tool) {
            return List.of();
        }

        @Override
        public ObjectNode piece(int index, String text, boolean ofCall) {
            ObjectNode chunk = head.object(OBJECT);
            choice(chunk.putArray("choices"), index, text).putNull("finish_reason");
            return chunk;
        }

        @Override
        public List<ObjectNode> closing(int index, Finished answer) {
            ObjectNode chunk = head.object(OBJECT);
            choice(chunk.putArray("choices"), index, "").put("finish_reason", answer.wire());
            return List.of(chunk);
        }

        @Override
        public List<ObjectNode> end(Usage usage, boolean includeUsage) {
            return head.usage(OBJECT, usage, includeUsage);
        }

        @Override
        public boolean endsWithDone() {
            return true;
        }

        private static ObjectNode choice(ArrayNode choices, int index, String text) {
            return choices.addObject().put("text", text).put("index", index).putNull("logprobs");
        }
    }
}
