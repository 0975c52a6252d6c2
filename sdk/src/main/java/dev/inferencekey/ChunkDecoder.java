package dev.inferencekey;

import dev.inferencekey.contract.sse.SseEvent;
import dev.inferencekey.internal.Durations;
import dev.inferencekey.internal.Failure;
import dev.inferencekey.internal.Json;
import dev.inferencekey.internal.JsonFormatException;
import dev.inferencekey.internal.OneLine;
import dev.inferencekey.internal.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the events of one streamed answer, and says what is wrong with a stream that ends otherwise than it should. One reader. */
final class ChunkDecoder {
    private static final String DONE = "[DONE]";
    private static final int MAX_REASON = 200;

    private final Reply reply;
    private final ToolCallAssembly toolCalls;
    private volatile @Nullable Usage usage;
    private boolean errorReported;
    private @Nullable String model;
    private @Nullable String finishReason;

    ChunkDecoder(Reply reply) {
        this.reply = reply;
        this.toolCalls = new ToolCallAssembly(reply);
    }

    /** The usage, if a piece carried it so far. May be read from any thread. */
    @Nullable
    Usage usage() {
        return usage;
    }

    /** Whether what failed was an error that the server reported in the stream. */
    boolean errorReported() {
        return errorReported;
    }

    /** What the pieces have said so far. */
    AnswerFacts facts() {
        return new AnswerFacts(model, finishReason, usage);
    }

    /** The event's piece; null if it is the one that ends the answer. */
    @Nullable
    TextChunk decode(SseEvent event) {
        if (event.data().strip().equals(DONE)) {
            if (toolCalls.isOpen()) {
                throw Failures.unreadable(reply, "the stream ends inside a tool call: finish_reason is missing");
            }
            return null;
        }
        Map<String, @Nullable Object> json;
        try {
            json = JsonShape.asObject(Json.read(event.data()));
        } catch (JsonFormatException e) {
            throw Failures.unreadable(reply, "a piece of the stream: " + e.reason());
        }
        if (json == null) {
            throw Failures.unreadable(reply, "a piece of the stream is no JSON object");
        }
        if (json.get("error") != null || "error".equals(json.get("object"))) {
            errorReported = true;
            throw Failures.midStream(reply, json);
        }
        Map<String, @Nullable Object> counted = JsonShape.object(json, "usage");
        if (counted != null) {
            usage = Usage.read(counted);
        }
        if (model == null) {
            model = JsonShape.string(json, "model");
        }
        Map<String, @Nullable Object> choice = Answers.firstChoice(json);
        String reason = choice == null ? null : JsonShape.string(choice, "finish_reason");
        if (reason != null) {
            finishReason = reason;
        }
        Map<String, @Nullable Object> delta = choice == null ? null : JsonShape.object(choice, "delta");
        return new TextChunk(
                delta == null ? "" : Answers.content(delta),
                toolCalls(delta, reason),
                delta == null ? null : Answers.reasoning(delta),
                reason,
                new RawJson(event.data()));
    }

    /** The calls that are complete with this piece. */
    private List<ToolCall> toolCalls(@Nullable Map<?, ?> delta, @Nullable String reason) {
        List<?> pieces = delta == null ? null : JsonShape.list(delta, "tool_calls");
        if (pieces != null) {
            toolCalls.add(pieces);
        }
        return reason == null || !toolCalls.isOpen() ? List.of() : toolCalls.take();
    }

    /** The server closed the stream without the mark that ends an answer: what came may be a part. */
    TransportException cutOff(@Nullable Throwable cause) {
        String reason = cause == null ? null : Failure.message(cause);
        return new TransportException(
                "the stream was cut off before its end" + (reason == null ? "" : ": " + OneLine.of(reason, MAX_REASON)),
                cause);
    }

    /** Nothing came for so long. */
    TransportException stalled(Duration limit) {
        return TransportException.timeout("the stream stalled: nothing came for " + Durations.text(limit), null);
    }
}
