package dev.inferencekey.spring.ai;

import dev.inferencekey.Endpoint;
import dev.inferencekey.TranscriptionParams;
import dev.inferencekey.TranscriptionResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.audio.transcription.AudioTranscription;
import org.springframework.ai.audio.transcription.AudioTranscriptionPrompt;
import org.springframework.ai.audio.transcription.AudioTranscriptionResponse;
import org.springframework.ai.audio.transcription.AudioTranscriptionResponseMetadata;
import org.springframework.ai.audio.transcription.TranscriptionModel;
import org.springframework.core.io.Resource;

/**
 * Texts of recordings over an endpoint. A file is sent while it is read; another resource is read into memory first. Retries, time limits and
 * errors are the client's, see {@link Endpoint}. Thread-safe.
 */
public final class InferenceKeyTranscriptionModel implements TranscriptionModel {
    private final Endpoint endpoint;
    private final InferenceKeyTranscriptionOptions defaults;

    /** With nothing set. */
    public InferenceKeyTranscriptionModel(Endpoint endpoint) {
        this(endpoint, InferenceKeyTranscriptionOptions.NONE);
    }

    /** @param defaults what holds where a prompt says nothing else */
    public InferenceKeyTranscriptionModel(Endpoint endpoint, InferenceKeyTranscriptionOptions defaults) {
        this.endpoint = endpoint;
        this.defaults = defaults;
    }

    /**
     * Writes down.
     *
     * @throws UncheckedIOException if the recording can't be read
     */
    @Override
    public AudioTranscriptionResponse call(AudioTranscriptionPrompt prompt) {
        TranscriptionResult result = endpoint.transcribe(params(prompt));
        AudioTranscriptionResponseMetadata metadata = new AudioTranscriptionResponseMetadata();
        if (result.language() != null) {
            metadata.put("language", result.language());
        }
        if (result.duration() != null) {
            metadata.put("duration", result.duration());
        }
        return new AudioTranscriptionResponse(new AudioTranscription(result.text()), metadata);
    }

    private TranscriptionParams params(AudioTranscriptionPrompt prompt) {
        InferenceKeyTranscriptionOptions asked = prompt.getOptions() instanceof InferenceKeyTranscriptionOptions options
                ? options
                : InferenceKeyTranscriptionOptions.NONE;
        TranscriptionParams.Builder params = recording(prompt.getInstructions());
        String language = or(asked.language(), defaults.language());
        if (language != null) {
            params.language(language);
        }
        String words = or(asked.prompt(), defaults.prompt());
        if (words != null) {
            params.prompt(words);
        }
        Double temperature = or(asked.temperature(), defaults.temperature());
        if (temperature != null) {
            params.temperature(temperature);
        }
        String format = or(asked.format(), defaults.format());
        if (format != null) {
            params.format(format);
        }
        return params.build();
    }

    private static <T> @Nullable T or(@Nullable T value, @Nullable T otherwise) {
        return value == null ? otherwise : value;
    }

    private static TranscriptionParams.Builder recording(Resource resource) {
        try {
            if (resource.isFile()) {
                return TranscriptionParams.builder(resource.getFile().toPath());
            }
            byte[] bytes = resource.getContentAsByteArray();
            String name = resource.getFilename();
            return TranscriptionParams.builder(bytes, name == null || name.isBlank() ? nameOf(bytes) : name);
        } catch (IOException e) {
            throw new UncheckedIOException("the recording can't be read: " + resource.getDescription(), e);
        }
    }

    /** Bytes in memory have no name, and most servers go by its extension: it is taken from how the bytes begin. */
    private static String nameOf(byte[] bytes) {
        String start = new String(bytes, 0, Math.min(bytes.length, 8), StandardCharsets.ISO_8859_1);
        String extension;
        if (start.startsWith("ID3") || start.startsWith("\u00ff\u00fb") || start.startsWith("\u00ff\u00f3")) {
            extension = "mp3";
        } else if (start.startsWith("fLaC")) {
            extension = "flac";
        } else if (start.startsWith("OggS")) {
            extension = "ogg";
        } else if (start.startsWith("\u001aE\u00df\u00a3")) {
            extension = "webm";
        } else if (start.endsWith("ftyp")) {
            extension = "m4a";
        } else {
            extension = "wav";
        }
        return "audio." + extension;
    }

    /** Which workload it calls. */
    @Override
    public String toString() {
        return "InferenceKeyTranscriptionModel[" + endpoint.ref() + "]";
    }
}
