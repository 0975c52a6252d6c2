package dev.inferencekey.spring.ai;

import dev.inferencekey.Endpoint;
import dev.inferencekey.SpeechParams;
import dev.inferencekey.SpeechResult;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.audio.tts.DefaultTextToSpeechOptions;
import org.springframework.ai.audio.tts.Speech;
import org.springframework.ai.audio.tts.TextToSpeechModel;
import org.springframework.ai.audio.tts.TextToSpeechOptions;
import org.springframework.ai.audio.tts.TextToSpeechPrompt;
import org.springframework.ai.audio.tts.TextToSpeechResponse;
import org.springframework.ai.audio.tts.TextToSpeechResponseMetadata;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Speech for a text over an endpoint. Retries, time limits and errors are the client's, see {@link Endpoint}. Thread-safe. */
public final class InferenceKeySpeechModel implements TextToSpeechModel {
    /** The member of the response's metadata that holds the sound's type, such as {@code audio/wav}. */
    public static final String MEDIA_TYPE = "mediaType";

    private final Endpoint endpoint;
    private final TextToSpeechOptions defaults;

    /** Voice, format and speed are the model's. */
    public InferenceKeySpeechModel(Endpoint endpoint) {
        this(endpoint, TextToSpeechOptions.builder().build());
    }

    /** @param defaults what holds where a prompt says nothing else */
    public InferenceKeySpeechModel(Endpoint endpoint, TextToSpeechOptions defaults) {
        this.endpoint = endpoint;
        this.defaults = defaults(endpoint, defaults);
    }

    @SuppressWarnings("NullAway") // the builder takes null for what is not said, though it does not declare so
    private static TextToSpeechOptions defaults(Endpoint endpoint, TextToSpeechOptions given) {
        return DefaultTextToSpeechOptions.builder()
                .model(endpoint.ref().workloadSlug())
                .voice(given.getVoice())
                .format(given.getFormat())
                .speed(given.getSpeed())
                .build();
    }

    /** The default options, with the workload's slug as the model. */
    @Override
    public TextToSpeechOptions getOptions() {
        return defaults;
    }

    @Override
    public TextToSpeechResponse call(TextToSpeechPrompt prompt) {
        return response(endpoint.generateSpeech(params(prompt)));
    }

    /** The whole speech as one element: endpoints do not send it piece by piece. Each subscriber makes a call of its own. */
    @Override
    public Flux<TextToSpeechResponse> stream(TextToSpeechPrompt prompt) {
        return Mono.fromFuture(() -> endpoint.generateSpeechAsync(params(prompt)))
                .map(InferenceKeySpeechModel::response)
                .flux();
    }

    private SpeechParams params(TextToSpeechPrompt prompt) {
        TextToSpeechOptions asked = prompt.getOptions();
        SpeechParams.Builder params =
                SpeechParams.builder().input(prompt.getInstructions().getText());
        String voice = or(asked == null ? null : asked.getVoice(), defaults.getVoice());
        if (voice != null) {
            params.voice(voice);
        }
        String format = or(asked == null ? null : asked.getFormat(), defaults.getFormat());
        if (format != null) {
            params.format(format);
        }
        Double speed = or(asked == null ? null : asked.getSpeed(), defaults.getSpeed());
        if (speed != null) {
            params.speed(speed);
        }
        return params.build();
    }

    private static <T> @Nullable T or(@Nullable T value, @Nullable T otherwise) {
        return value == null ? otherwise : value;
    }

    private static TextToSpeechResponse response(SpeechResult result) {
        TextToSpeechResponseMetadata metadata = new TextToSpeechResponseMetadata();
        metadata.put(MEDIA_TYPE, result.mediaType());
        return new TextToSpeechResponse(List.of(new Speech(result.bytes())), metadata);
    }

    /** Which workload it calls. */
    @Override
    public String toString() {
        return "InferenceKeySpeechModel[" + endpoint.ref() + "]";
    }
}
