package dev.inferencekey.langchain4j;

import dev.inferencekey.Endpoint;
import dev.inferencekey.TranscriptionParams;
import dev.langchain4j.model.audio.AudioTranscriptionModel;
import dev.langchain4j.model.audio.AudioTranscriptionRequest;
import dev.langchain4j.model.audio.AudioTranscriptionResponse;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is said in a recording, over an endpoint with a speech recognition model. A recording must come with its bytes and its type. Errors are
 * LangChain4j's, with the client's as their cause. Thread-safe.
 */
public final class InferenceKeyAudioTranscriptionModel implements AudioTranscriptionModel {
    private final Endpoint endpoint;

    private InferenceKeyAudioTranscriptionModel(Builder builder) {
        this.endpoint = Objects.requireNonNull(builder.endpoint, "endpoint must be set");
    }

    /** A builder; {@code endpoint} must be set. */
    public static Builder builder() {
        return new Builder();
    }

    /** @throws dev.langchain4j.exception.UnsupportedFeatureException if the recording has no bytes or no type; nothing is sent then */
    @Override
    public AudioTranscriptionResponse transcribe(AudioTranscriptionRequest request) {
        byte[] bytes = Recordings.bytes(request.audio());
        String fileName = "audio." + Recordings.format(request.audio());
        return Errors.mapped(() -> {
            TranscriptionParams.Builder params = TranscriptionParams.builder(bytes, fileName);
            if (request.language() != null) {
                params.language(request.language());
            }
            if (request.prompt() != null) {
                params.prompt(request.prompt());
            }
            if (request.temperature() != null) {
                params.temperature(request.temperature());
            }
            return AudioTranscriptionResponse.from(
                    endpoint.transcribe(params.build()).text());
        });
    }

    /** Which workload it calls. */
    @Override
    public String toString() {
        return "InferenceKeyAudioTranscriptionModel[" + endpoint.ref() + "]";
    }

    /** Collects what the model is made with. Not thread-safe. */
    public static final class Builder {
        private @Nullable Endpoint endpoint;

        private Builder() {}

        /** The workload that is called, and with which key. */
        public Builder endpoint(Endpoint value) {
            this.endpoint = value;
            return this;
        }

        /** The model. Nothing is sent yet. */
        public InferenceKeyAudioTranscriptionModel build() {
            return new InferenceKeyAudioTranscriptionModel(this);
        }
    }
}
