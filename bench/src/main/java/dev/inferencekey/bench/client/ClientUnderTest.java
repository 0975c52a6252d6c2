package dev.inferencekey.bench.client;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.inferencekey.DataClient;
import dev.inferencekey.Endpoint;
import dev.inferencekey.TextChunk;
import dev.inferencekey.TextParams;
import dev.inferencekey.TextStream;
import java.util.Iterator;
import java.util.Map;

/** A client that asks a chat model, in the way its documentation says. For one thread. */
interface ClientUnderTest extends AutoCloseable {
    String US = "inferencekey";
    String OPENAI = "openai-java";
    String KEY = "ik_live_a1b2c3d4_" + "0123456789abcdef".repeat(4);
    String QUESTION = "Where is my parcel?";

    /** One whole answer; the length of its text. */
    int call();

    /** One streamed answer, read to its end; the length of its text. */
    int stream();

    @Override
    void close();

    static ClientUnderTest of(String name, String baseUrl) {
        return switch (name) {
            case US -> new Us(baseUrl);
            case OPENAI -> new OpenAi(baseUrl);
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** Ours. */
    final class Us implements ClientUnderTest {
        private final DataClient client;
        private final Endpoint endpoint;

        Us(String baseUrl) {
            client = DataClient.builder()
                    .environment(Map.of())
                    .baseUrl(baseUrl)
                    .project("acme")
                    .apiKey(KEY)
                    .build();
            endpoint = client.endpoint("support-bot");
        }

        @Override
        public int call() {
            return endpoint.generateText(TextParams.ofPrompt(QUESTION)).text().length();
        }

        @Override
        public int stream() {
            int length = 0;
            try (TextStream stream = endpoint.generateTextStream(TextParams.ofPrompt(QUESTION))) {
                for (TextChunk chunk : stream) {
                    length += chunk.text().length();
                }
            }
            return length;
        }

        @Override
        public void close() {
            client.close();
        }
    }

    /** OpenAI's own, for Java. */
    final class OpenAi implements ClientUnderTest {
        private final OpenAIClient client;

        OpenAi(String baseUrl) {
            client = OpenAIOkHttpClient.builder()
                    .baseUrl(baseUrl + "/endpoint/acme/support-bot/v1")
                    .apiKey(KEY)
                    .build();
        }

        private static ChatCompletionCreateParams question() {
            return ChatCompletionCreateParams.builder()
                    .model("support-bot")
                    .addUserMessage(QUESTION)
                    .build();
        }

        @Override
        public int call() {
            return client.chat()
                    .completions()
                    .create(question())
                    .choices()
                    .getFirst()
                    .message()
                    .content()
                    .orElseThrow()
                    .length();
        }

        @Override
        public int stream() {
            int length = 0;
            try (StreamResponse<ChatCompletionChunk> stream =
                    client.chat().completions().createStreaming(question())) {
                for (Iterator<ChatCompletionChunk> chunks = stream.stream().iterator(); chunks.hasNext(); ) {
                    length += chunks.next()
                            .choices()
                            .getFirst()
                            .delta()
                            .content()
                            .orElseThrow()
                            .length();
                }
            }
            return length;
        }

        @Override
        public void close() {
            client.close();
        }
    }
}
