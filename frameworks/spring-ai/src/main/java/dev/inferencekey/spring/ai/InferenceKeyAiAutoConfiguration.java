package dev.inferencekey.spring.ai;

import dev.inferencekey.spring.Endpoints;
import dev.inferencekey.spring.InferenceKeyAutoConfiguration;
import io.micrometer.observation.ObservationRegistry;
import java.util.Objects;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.embedding.EmbeddingModel;
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
                endpoints.get(Objects.requireNonNull(chat.endpoint())),
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
                endpoints.get(Objects.requireNonNull(properties.embedding().endpoint())),
                observations.getIfAvailable(() -> ObservationRegistry.NOOP));
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(DocumentPostProcessor.class)
    @ConditionalOnProperty("inferencekey.ai.rerank.endpoint")
    static class Reranking {
        @Bean
        @ConditionalOnMissingBean
        InferenceKeyReranker inferenceKeyReranker(Endpoints endpoints, InferenceKeyAiProperties properties) {
            InferenceKeyAiProperties.Rerank rerank = properties.rerank();
            return new InferenceKeyReranker(endpoints.get(Objects.requireNonNull(rerank.endpoint())), rerank.topN());
        }
    }
}
