package com.example.ahead;

import dev.inferencekey.Endpoint;
import dev.inferencekey.TextParams;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.aot.AotDetector;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** Asks one workload as an endpoint and as a chat model, and says what it heard. */
@SpringBootApplication
public class AheadApplication {
    public static void main(String[] args) {
        SpringApplication.run(AheadApplication.class, args).close();
    }

    @Bean
    ApplicationRunner ask(Endpoint supportBot, ChatModel chat, EmbeddingModel embedding) {
        return arguments -> {
            System.out.println("Processed ahead of time: " + AotDetector.useGeneratedArtifacts());
            System.out.println("Endpoint: "
                    + supportBot.generateText(TextParams.ofPrompt("Where?")).text());
            System.out.println("Chat model: " + chat.call("When?"));
            System.out.println("Embedding model: " + embedding);
        };
    }
}
