package dev.inferencekey;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a text model's answer.
 *
 * @param text what it adds; empty for pieces that carry something else, such as the role or the usage
 * @param toolCalls the tool calls that are complete with this piece: those of the whole answer, put together from its pieces, come with
 *     the piece that has the finish reason; empty otherwise
 * @param reasoning what it adds to the thoughts before the answer, where the server tells; null otherwise
 * @param finishReason null until the last piece with text
 * @param raw the whole piece
 */
public record TextChunk(
        String text,
        List<ToolCall> toolCalls,
        @Nullable String reasoning,
        @Nullable String finishReason,
        RawJson raw) {
    public TextChunk {
        toolCalls = List.copyOf(toolCalls);
    }

    /** What the whole answer used, for the piece that tells it, at the end; null otherwise. Reads the raw piece on each call. */
    public @Nullable Usage usage() {
        return Usage.read(JsonShape.object(raw.toMap(), "usage"));
    }

    /** The beginning of the text, without credentials, and what else there is; without the raw piece. */
    @Override
    public String toString() {
        return "TextChunk[" + Shown.text(text)
                + (toolCalls.isEmpty() ? "" : ", toolCalls=" + Shown.list(toolCalls))
                + (finishReason == null ? "]" : ", finishReason=" + Shown.name(finishReason) + "]");
    }
}
