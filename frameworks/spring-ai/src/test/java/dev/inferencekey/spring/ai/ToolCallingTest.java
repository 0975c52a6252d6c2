package dev.inferencekey.spring.ai;

import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.inferencekey.testkit.ScriptedAnswer;
import dev.inferencekey.testkit.ScriptedCall;
import dev.inferencekey.testkit.ScriptedWorkload;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.test.chat.client.advisor.AbstractToolCallingAdvisorAutoRegistrationIT;

/** Spring AI's own tests of tools with a chat model, whole and streamed: the model asks for the weather in three cities and tells it. */
@Tag("slow")
class ToolCallingTest extends AbstractToolCallingAdvisorAutoRegistrationIT {
    private static InferenceKeyPlatform platform;
    private static ChatModel model;

    @BeforeAll
    static void start() {
        platform = InferenceKeyPlatform.start();
        ScriptedWorkload workload = platform.script("weather");
        workload.always(ToolCallingTest::answer);
        model = new InferenceKeyChatModel(workload.endpoint());
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    @Override
    protected ChatModel getChatModel() {
        return model;
    }

    private static ScriptedAnswer answer(ScriptedCall call) {
        List<?> messages = (List<?>) Objects.requireNonNull(call.json().get("messages"));
        Map<?, ?> last = (Map<?, ?>) messages.get(messages.size() - 1);
        String tool = call.at("/tools/0/function/name");
        if (tool == null || "tool".equals(last.get("role"))) {
            return ScriptedAnswer.text("San Francisco 30.0, Tokyo 10.0, Paris 15.0 degrees");
        }
        return ScriptedAnswer.toolCall(tool, weather("San Francisco", 37.8, -122.4))
                .andToolCall(tool, weather("Tokyo", 35.7, 139.7))
                .andToolCall(tool, weather("Paris", 48.9, 2.4));
    }

    private static Map<String, Object> weather(String city, double latitude, double longitude) {
        return Map.of("location", city, "lat", latitude, "lon", longitude, "unit", "C");
    }
}
