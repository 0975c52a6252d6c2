package dev.inferencekey;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model heard.
 *
 * @param text what was said; with the formats {@code srt} and {@code vtt} the whole file of subtitles
 * @param language as the model names it; null unless {@code verbose_json} was asked for
 * @param duration of the recording; null unless {@code verbose_json} was asked for
 * @param segments when what was said; empty unless {@code verbose_json} was asked for
 * @param usage in tokens; null if the server does not count them
 * @param raw the whole answer; null if it is no JSON object, as with the formats {@code text}, {@code srt} and {@code vtt}
 */
public record TranscriptionResult(
        String text,
        @Nullable String language,
        @Nullable Duration duration,
        List<Segment> segments,
        @Nullable Usage usage,
        @Nullable RawJson raw) {
    public TranscriptionResult {
        segments = List.copyOf(segments);
    }

    /**
     * A stretch of speech.
     *
     * @param start since the recording began
     * @param end since the recording began
     */
    public record Segment(Duration start, Duration end, String text) {
        /** When, and the beginning of the text, without credentials. */
        @Override
        public String toString() {
            return "Segment[" + start + " to " + end + ", " + Shown.text(text) + "]";
        }
    }

    /** The beginning of the text, without credentials, and what else there is; without the raw answer. */
    @Override
    public String toString() {
        return "TranscriptionResult[" + Shown.text(text) + ", language=" + Shown.name(language) + ", duration="
                + duration + ", segments=" + segments.size() + ", usage=" + usage + "]";
    }
}
