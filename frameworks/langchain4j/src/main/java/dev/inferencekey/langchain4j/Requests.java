package dev.inferencekey.langchain4j;

import dev.inferencekey.JsonSchema;
import dev.inferencekey.ResponseFormat;
import dev.inferencekey.TextParams;
import dev.inferencekey.Tool;
import dev.inferencekey.ToolChoice;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** LangChain4j's requests as the SDK's. Stateless. */
final class Requests {
    private static final String SCHEMA_NAME = "answer";

    private Requests() {}

    /** @param request its parameters were merged with the defaults */
    static TextParams params(ChatRequest request, ChatSettings settings) {
        InferenceKeyChatRequestParameters asked = settings.parameters(request.parameters());
        return Errors.mapped(() -> {
            TextParams.Builder params = TextParams.builder()
                    .messages(Messages.of(request.messages(), settings.sendThinking()))
                    .includeUsage(true);
            set(asked.temperature(), params::temperature);
            set(asked.maxOutputTokens(), params::maxTokens);
            set(asked.topP(), params::topP);
            set(asked.topK(), topK -> params.extra("top_k", topK));
            set(asked.frequencyPenalty(), params::frequencyPenalty);
            set(asked.presencePenalty(), params::presencePenalty);
            set(asked.seed(), seed -> params.seed(seed));
            set(asked.reasoningEffort(), params::reasoningEffort);
            set(asked.parallelToolCalls(), params::parallelToolCalls);
            if (!asked.stopSequences().isEmpty()) {
                params.stop(asked.stopSequences().toArray(String[]::new));
            }
            params.tools(tools(asked.toolSpecifications(), settings.strictTools()));
            set(asked.toolChoice(), choice -> params.toolChoice(choice(choice)));
            set(asked.responseFormat(), format -> addFormat(params, format, settings.strictJsonSchema()));
            asked.customParameters().forEach(params::extra);
            return params.build();
        });
    }

    private static <T> void set(@Nullable T value, Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }

    private static List<Tool> tools(List<ToolSpecification> specifications, boolean strictByDefault) {
        return specifications.stream()
                .map(specification -> tool(specification, strictByDefault))
                .toList();
    }

    private static Tool tool(ToolSpecification specification, boolean strictByDefault) {
        String description = Objects.requireNonNullElse(specification.description(), "");
        if (specification.parameters() == null) {
            return Tool.of(specification.name(), description);
        }
        boolean strict = Objects.requireNonNullElse(specification.strict(), strictByDefault);
        JsonSchema parameters = Schemas.of(specification.parameters(), strict);
        return Tool.of(specification.name(), description, parameters).withStrict(strict);
    }

    private static ToolChoice choice(dev.langchain4j.model.chat.request.ToolChoice choice) {
        return switch (choice) {
            case AUTO -> ToolChoice.auto();
            case REQUIRED -> ToolChoice.required();
            case NONE -> ToolChoice.none();
        };
    }

    private static void addFormat(
            TextParams.Builder params, dev.langchain4j.model.chat.request.ResponseFormat format, boolean strict) {
        if (format.type() != ResponseFormatType.JSON) {
            return;
        }
        if (format.jsonSchema() == null) {
            params.responseFormat(ResponseFormat.jsonObject());
            return;
        }
        JsonSchema schema = Schemas.of(format.jsonSchema().rootElement(), strict);
        String name = Objects.requireNonNullElse(format.jsonSchema().name(), SCHEMA_NAME);
        params.responseFormat(ResponseFormat.jsonSchema(name, schema, strict));
    }
}
