package dev.inferencekey.langchain4j;

import dev.inferencekey.DataClient;
import dev.langchain4j.model.chat.ChatModel;

/** The first program of the guide. */
final class FirstAnswer {
    private FirstAnswer() {}

    static void main() {
        // docs:start first
        try (DataClient data = DataClient.fromEnv()) {
            ChatModel model = InferenceKeyChatModel.builder()
                    .endpoint(data.endpoint("support-bot"))
                    .build();
            System.out.println(model.chat("Where is my order?"));
        }
        // docs:end first
    }
}
