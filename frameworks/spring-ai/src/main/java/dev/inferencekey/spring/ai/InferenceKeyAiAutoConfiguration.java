package dev.inferencekey.spring.ai;

import dev.inferencekey.Endpoint;
import dev.inferencekey.spring.Endpoints;
import dev.inferencekey.spring.InferenceKeyAutoConfiguration;
import dev.inferencekey.spring.UnknownEndpointException;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.audio.transcription.TranscriptionModel;
import org.springframework.ai.audio.tts.DefaultTextToSpeechOptions;
import org.springframework.ai.audio.tts.TextToSpeechModel;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.image.ImageModel;
import org.springframework.ai.rag.postretrieval.document.DocumentPostProcessor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The models that {@code inferencekey.ai} names; each gives way to one that the application defines. */
@AutoConfiguration(
        after = InferenceKeyAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
        beforeName = "org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration")
@EnableConfigurationProperties(InferenceKeyAiProperties.class)
public final class InferenceKeyAiAutoConfiguration {
    @Bean
    @ConditionalOnProperty("inferencekey.ai.chat.endpoint")
    @ConditionalOnMissingBean(ChatModel.class)
    InferenceKeyChatModel inferenceKeyChatModel(
            Endpoints endpoints,
            InferenceKeyAiProperties properties,
            ObjectProvider<ObservationRegistry> observations) {
        InferenceKeyAiProperties.Chat chat = properties.chat();
        InferenceKeyChatOptions options = InferenceKeyChatOptions.builder()
                .temperature(chat.temperature())
                .maxTokens(chat.maxTokens())
                .build();
        return new InferenceKeyChatModel(
                endpoint(endpoints, "chat", chat.endpoint()),
                options,
                observations.getIfAvailable(() -> ObservationRegistry.NOOP));
    }

    @Bean
    @ConditionalOnProperty("inferencekey.ai.embedding.endpoint")
    @ConditionalOnMissingBean(EmbeddingModel.class)
    InferenceKeyEmbeddingModel inferenceKeyEmbeddingModel(
            Endpoints endpoints,
            InferenceKeyAiProperties properties,
            ObjectProvider<ObservationRegistry> observations) {
        return new InferenceKeyEmbeddingModel(
                endpoint(endpoints, "embedding", properties.embedding().endpoint()),
                observations.getIfAvailable(() -> ObservationRegistry.NOOP));
    }

    @Bean
    @ConditionalOnProperty("inferencekey.ai.image.endpoint")
    @ConditionalOnMissingBean(ImageModel.class)
    InferenceKeyImageModel inferenceKeyImageModel(
            Endpoints endpoints,
            InferenceKeyAiProperties properties,
            ObjectProvider<ObservationRegistry> observations) {
        InferenceKeyAiProperties.Image image = properties.image();
        InferenceKeyImageOptions options = InferenceKeyImageOptions.builder()
                .width(image.width())
                .height(image.height())
                .quality(image.quality())
                .responseFormat(image.responseFormat())
                .build();
        return new InferenceKeyImageModel(
                endpoint(endpoints, "image", image.endpoint()),
                options,
                observations.getIfAvailable(() -> ObservationRegistry.NOOP));
    }

    @Bean
    @ConditionalOnProperty("inferencekey.ai.speech.endpoint")
    @ConditionalOnMissingBean(TextToSpeechModel.class)
    @SuppressWarnings("NullAway") // the builder takes null for what is not said, though it does not declare so
    InferenceKeySpeechModel inferenceKeySpeechModel(Endpoints endpoints, InferenceKeyAiProperties properties) {
        InferenceKeyAiProperties.Speech speech = properties.speech();
        return new InferenceKeySpeechModel(
                endpoint(endpoints, "speech", speech.endpoint()),
                DefaultTextToSpeechOptions.builder()
                        .voice(speech.voice())
                        .format(speech.format())
                        .speed(speech.speed())
                        .build());
    }

    @Bean
    @ConditionalOnProperty("inferencekey.ai.transcription.endpoint")
    @ConditionalOnMissingBean(TranscriptionModel.class)
    InferenceKeyTranscriptionModel inferenceKeyTranscriptionModel(
            Endpoints endpoints, InferenceKeyAiProperties properties) {
        InferenceKeyAiProperties.Transcription transcription = properties.transcription();
        return new InferenceKeyTranscriptionModel(
                endpoint(endpoints, "transcription", transcription.endpoint()),
                new InferenceKeyTranscriptionOptions(transcription.language(), null, null, null));
    }

    private static Endpoint endpoint(Endpoints endpoints, String model, @Nullable String name) {
        Endpoint endpoint = endpoints.asMap().get(name);
        if (endpoint == null) {
            throw new UnknownEndpointException(
                    "inferencekey.ai." + model + ".endpoint", String.valueOf(name), endpoints.names());
        }
        return endpoint;
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(DocumentPostProcessor.class)
    @ConditionalOnProperty("inferencekey.ai.rerank.endpoint")
    static class Reranking {
        @Bean
        @ConditionalOnMissingBean
        InferenceKeyReranker inferenceKeyReranker(Endpoints endpoints, InferenceKeyAiProperties properties) {
            InferenceKeyAiProperties.Rerank rerank = properties.rerank();
            return new InferenceKeyReranker(endpoint(endpoints, "rerank", rerank.endpoint()), rerank.topN());
        }
    }
}
