package dev.inferencekey.e2e.docs;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;

/** Clients of others, pointed at a workload. */
final class OtherClients {
    private OtherClients() {}

    static void openAi() {
        // docs:start openai
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(System.getenv("INFERENCEKEY_BASE_URL") + "/endpoint/demo/support-bot/v1")
                .apiKey(System.getenv("INFERENCEKEY_API_KEY"))
                .build();
        var answer = client.chat()
                .completions()
                .create(ChatCompletionCreateParams.builder()
                        .model("support-bot")
                        .addUserMessage("Where is my order?")
                        .build());
        System.out.println(answer.choices().getFirst().message().content().orElse(""));
        // docs:end openai
        client.close();
    }
}
