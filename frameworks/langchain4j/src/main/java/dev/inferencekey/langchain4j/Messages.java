package dev.inferencekey.langchain4j;

import dev.inferencekey.ChatMessage;
import dev.inferencekey.ContentPart;
import dev.inferencekey.ToolCall;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.AudioContent;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.message.VideoContent;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** LangChain4j's messages as the SDK's. Stateless. */
final class Messages {
    private Messages() {}

    static List<ChatMessage> of(List<dev.langchain4j.data.message.ChatMessage> messages, boolean sendThinking) {
        return messages.stream().map(message -> of(message, sendThinking)).toList();
    }

    private static ChatMessage of(dev.langchain4j.data.message.ChatMessage message, boolean sendThinking) {
        if (message instanceof SystemMessage system) {
            return ChatMessage.system(system.text());
        }
        if (message instanceof UserMessage user) {
            return user(user);
        }
        if (message instanceof AiMessage answer) {
            return assistant(answer, sendThinking);
        }
        if (message instanceof ToolExecutionResultMessage result) {
            return toolResult(result);
        }
        throw Unsupported.feature("a message of the type " + message.type());
    }

    private static ChatMessage user(UserMessage user) {
        ChatMessage message = user.hasSingleText()
                ? ChatMessage.user(user.singleText())
                : ChatMessage.user(user.contents().stream().map(Messages::part).toArray(ContentPart[]::new));
        return user.name() == null ? message : with(message, "name", user.name());
    }

    private static ChatMessage assistant(AiMessage answer, boolean sendThinking) {
        ChatMessage message = ChatMessage.assistant(
                Objects.requireNonNullElse(answer.text(), ""),
                answer.toolExecutionRequests().stream().map(Messages::toolCall).toList());
        return sendThinking && answer.thinking() != null
                ? with(message, "reasoning_content", answer.thinking())
                : message;
    }

    private static ToolCall toolCall(ToolExecutionRequest request) {
        return ToolCall.of(
                id(request.id(), request.name()), request.name(), Objects.requireNonNullElse(request.arguments(), ""));
    }

    private static ChatMessage toolResult(ToolExecutionResultMessage result) {
        if (!result.hasSingleText()) {
            throw Unsupported.feature("a tool's result with images or several parts", "give back one text");
        }
        return ChatMessage.toolResult(id(result.id(), result.toolName()), result.text());
    }

    /** Models of some other providers give calls no id; results refer to them by the tool's name then. */
    private static String id(@Nullable String id, String toolName) {
        return id == null ? "call_" + toolName : id;
    }

    private static ChatMessage with(ChatMessage message, String field, String value) {
        Map<String, @Nullable Object> extra = new LinkedHashMap<>(message.extra());
        extra.put(field, value);
        return new ChatMessage(message.role(), message.content(), extra);
    }

    private static ContentPart part(Content content) {
        if (content instanceof TextContent text) {
            return ContentPart.text(text.text());
        }
        if (content instanceof ImageContent image) {
            return image(image);
        }
        if (content instanceof AudioContent audio) {
            return ContentPart.audio(Recordings.bytes(audio.audio()), Recordings.format(audio.audio()));
        }
        if (content instanceof VideoContent video) {
            String url = url(
                    video.video().url(),
                    video.video().base64Data(),
                    video.video().mimeType(),
                    "video");
            return ContentPart.of(Map.of("type", "video_url", "video_url", Map.of("url", url)));
        }
        throw Unsupported.feature("a message with content of the type " + content.type(), "send text or images");
    }

    private static ContentPart image(ImageContent content) {
        String url = url(
                content.image().url(),
                content.image().base64Data(),
                content.image().mimeType(),
                "image");
        String detail = switch (content.detailLevel()) {
            case LOW -> "low";
            case HIGH -> "high";
            case AUTO -> "auto";
            default ->
                throw Unsupported.feature(
                        "the detail level " + content.detailLevel() + " of an image", "use LOW, HIGH or AUTO");
        };
        return ContentPart.of(Map.of("type", "image_url", "image_url", Map.of("url", url, "detail", detail)));
    }

    private static String url(@Nullable URI url, @Nullable String base64, @Nullable String mimeType, String what) {
        if (url != null) {
            return url.toString();
        }
        if (base64 == null || mimeType == null) {
            throw Unsupported.feature("a message with " + what + " that has neither an address nor data with a type");
        }
        return "data:" + mimeType + ";base64," + base64;
    }
}
