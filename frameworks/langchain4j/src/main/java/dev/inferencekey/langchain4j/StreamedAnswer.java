package dev.inferencekey.langchain4j;

import dev.inferencekey.TextChunk;
import dev.inferencekey.ToolCall;
import dev.inferencekey.Usage;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.exception.ContentFilteredException;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialThinkingContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Tells a handler of an answer while it is being written, and puts the whole together. Signals come one after the other; {@link #cancel} may
 * come at any time, from any thread.
 *
 * <p>What a handler throws is told to its own {@code onError}, and the stream goes on: that is how LangChain4j's models do it.
 */
final class StreamedAnswer implements Flow.Subscriber<TextChunk>, StreamingHandle {
    private static final System.Logger LOG = System.getLogger(StreamedAnswer.class.getName());

    private final StreamingChatResponseHandler handler;
    private final boolean returnThinking;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder thinking = new StringBuilder();
    private final StringBuilder refusal = new StringBuilder();
    private final List<ToolExecutionRequest> toolCalls = new ArrayList<>();
    private @Nullable String id;
    private @Nullable String model;
    private @Nullable String finishReason;
    private @Nullable Usage usage;

    private volatile Flow.@Nullable Subscription subscription;
    private volatile boolean cancelled;

    StreamedAnswer(StreamingChatResponseHandler handler, boolean returnThinking) {
        this.handler = handler;
        this.returnThinking = returnThinking;
    }

    @Override
    public void onSubscribe(Flow.Subscription started) {
        subscription = started;
        started.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(TextChunk chunk) {
        if (id == null || chunk.text().isEmpty() || chunk.finishReason() != null) {
            takeFacts(chunk);
        }
        String thought = chunk.reasoning();
        if (returnThinking && thought != null && !thought.isEmpty()) {
            thinking.append(thought);
            tell(() -> handler.onPartialThinking(new PartialThinking(thought), new PartialThinkingContext(this)));
        }
        if (!chunk.text().isEmpty()) {
            text.append(chunk.text());
            tell(() -> handler.onPartialResponse(new PartialResponse(chunk.text()), new PartialResponseContext(this)));
        }
        for (ToolCall call : chunk.toolCalls()) {
            CompleteToolCall complete = new CompleteToolCall(toolCalls.size(), Responses.toolCall(call));
            toolCalls.add(complete.toolExecutionRequest());
            tell(() -> handler.onCompleteToolCall(complete));
        }
    }

    /** What the first piece, the last one with text and those without text tell beside the text. */
    private void takeFacts(TextChunk chunk) {
        if (chunk.finishReason() != null) {
            finishReason = chunk.finishReason();
        }
        if (chunk.reasoning() != null && id != null && chunk.finishReason() == null) {
            return;
        }
        Map<String, @Nullable Object> raw = chunk.raw().toMap();
        if (id == null && raw.get("id") instanceof String told) {
            id = told;
        }
        if (model == null && raw.get("model") instanceof String told) {
            model = told;
        }
        Usage told = chunk.usage();
        if (told != null) {
            usage = told;
        }
        if (raw.get("choices") instanceof List<?> choices
                && !choices.isEmpty()
                && choices.get(0) instanceof Map<?, ?> choice
                && choice.get("delta") instanceof Map<?, ?> delta
                && delta.get("refusal") instanceof String refused) {
            refusal.append(refused);
        }
    }

    @Override
    public void onComplete() {
        if (!refusal.isEmpty()) {
            tellError(new ContentFilteredException(refusal.toString()));
            return;
        }
        tell(() -> handler.onCompleteResponse(Responses.of(
                text.toString(), thinking.toString(), toolCalls, Responses.metadata(id, model, usage, finishReason))));
    }

    @Override
    public void onError(Throwable failure) {
        tellError(Errors.of(failure));
    }

    /** Ends the answer; the model is told by the closing connection. Idempotent. */
    @Override
    public void cancel() {
        cancelled = true;
        Flow.Subscription started = subscription;
        if (started != null) {
            started.cancel();
        }
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    private void tell(Runnable call) {
        if (cancelled) {
            return;
        }
        try {
            call.run();
        } catch (Exception e) {
            tellError(e);
        }
    }

    private void tellError(Throwable failure) {
        if (cancelled) {
            return;
        }
        try {
            handler.onError(failure);
        } catch (Exception e) {
            LOG.log(System.Logger.Level.WARNING, "onError of a streaming handler failed; ignored", e);
        }
    }
}
