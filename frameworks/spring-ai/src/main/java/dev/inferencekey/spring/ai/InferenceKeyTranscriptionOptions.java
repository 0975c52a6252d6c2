package dev.inferencekey.spring.ai;

import org.jspecify.annotations.Nullable;
import org.springframework.ai.audio.transcription.AudioTranscriptionOptions;

/**
 * What can be asked of a transcription model beside the recording; null leaves it to the model. Immutable.
 *
 * @param language that is spoken, as ISO 639-1 names it: {@code es}
 * @param prompt words that help the model: names, or what was said before
 * @param temperature how freely the model chooses, from 0 to 1
 * @param format {@code srt} and {@code vtt} for a file of subtitles as the text
 */
public record InferenceKeyTranscriptionOptions(
        @Nullable String language,
        @Nullable String prompt,
        @Nullable Double temperature,
        @Nullable String format) implements AudioTranscriptionOptions {
    /** Nothing set. */
    public static final InferenceKeyTranscriptionOptions NONE =
            new InferenceKeyTranscriptionOptions(null, null, null, null);

    /** With this language. */
    public InferenceKeyTranscriptionOptions withLanguage(String value) {
        return new InferenceKeyTranscriptionOptions(value, prompt, temperature, format);
    }

    /** With these words to help. */
    public InferenceKeyTranscriptionOptions withPrompt(String value) {
        return new InferenceKeyTranscriptionOptions(language, value, temperature, format);
    }

    /** With this temperature. */
    public InferenceKeyTranscriptionOptions withTemperature(double value) {
        return new InferenceKeyTranscriptionOptions(language, prompt, value, format);
    }

    /** With this format. */
    public InferenceKeyTranscriptionOptions withFormat(String value) {
        return new InferenceKeyTranscriptionOptions(language, prompt, temperature, value);
    }

    /** Always null: the endpoint's model listens. */
    @Override
    @SuppressWarnings("NullAway") // Spring AI's own options answer null, too
    public @Nullable String getModel() {
        return null;
    }
}
