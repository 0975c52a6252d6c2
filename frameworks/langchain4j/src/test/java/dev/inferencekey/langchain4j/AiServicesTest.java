package dev.inferencekey.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.DataClient;
import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.inferencekey.testkit.ScriptedCall;
import dev.inferencekey.testkit.ScriptedWorkload;
import dev.langchain4j.agent.tool.P;
import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.SystemMessage;
import dev.langchain4j.service.TokenStream;
import dev.langchain4j.service.tool.ToolExecution;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** AI services over a real endpoint whose answers are scripted; the guide shows parts of it. */
@Tag("slow")
class AiServicesTest {
    private static InferenceKeyPlatform platform;
    private static ScriptedWorkload bot;
    private static DataClient data;

    @BeforeAll
    static void start() {
        platform = InferenceKeyPlatform.start();
        bot = platform.script("support-bot");
        data = platform.data();
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    @BeforeEach
    void forget() {
        bot.reset();
    }

    // docs:start service
    interface Support {
        @SystemMessage("You are a support agent. Be brief.")
        String answer(String question);
    }

    static class Orders {
        @Tool("Finds an order by its number.")
        String findOrder(@P("such as A-17") String number) {
            return number + " is on a ship";
        }
    }
    // docs:end service

    @Test
    void callToolsUntilTheModelAnswers() {
        bot.toolCall("findOrder", Map.of("number", "A-17")).answer("A-17 is in Lisbon.");
        // docs:start model
        ChatModel model = InferenceKeyChatModel.builder()
                .endpoint(data.endpoint("support-bot"))
                .temperature(0.2)
                .maxOutputTokens(400)
                .build();
        // docs:end model
        // docs:start tools
        Support support = AiServices.builder(Support.class)
                .chatModel(model)
                .tools(new Orders())
                .build();
        String answer = support.answer("Where is order A-17?");
        // docs:end tools
        assertThat(answer).isEqualTo("A-17 is in Lisbon.");
        List<ScriptedCall> calls = bot.assertCalled(2);
        assertThat(calls.get(0).at("/messages/0/content")).isEqualTo("You are a support agent. Be brief.");
        assertThat(calls.get(0).at("/tools/0/function/name")).isEqualTo("findOrder");
        assertThat(calls.get(0).at("/tools/0/function/parameters/properties/number/description"))
                .isEqualTo("such as A-17");
        assertThat(calls.get(1).at("/messages/2/tool_calls/0/function/name")).isEqualTo("findOrder");
        assertThat(calls.get(1).at("/messages/3/content")).isEqualTo("A-17 is on a ship");
    }

    // docs:start record
    record Ticket(String subject, int priority, List<String> tags) {}

    interface Triage {
        Ticket read(String mail);
    }
    // docs:end record

    @Test
    void holdTheModelToARecord() {
        bot.answer("{\"subject\": \"Late order\", \"priority\": 2, \"tags\": [\"delivery\"]}");
        ChatModel model = InferenceKeyChatModel.builder()
                .endpoint(data.endpoint("support-bot"))
                .build();
        // docs:start triage
        Ticket ticket = AiServices.create(Triage.class, model).read("My order A-17 is late.");
        // docs:end triage
        assertThat(ticket).isEqualTo(new Ticket("Late order", 2, List.of("delivery")));
        ScriptedCall call = bot.call();
        assertThat(call.at("/response_format/type")).isEqualTo("json_schema");
        assertThat(call.at("/response_format/json_schema/schema/properties/tags/items/type"))
                .isEqualTo("string");
        assertThat(call.prompt()).as("the schema is not in the prompt").isEqualTo("My order A-17 is late.");
    }

    interface Storyteller {
        TokenStream tell(String wish);
    }

    @Test
    void streamWithToolsAndMemory() throws Exception {
        bot.toolCall("findOrder", Map.of("number", "A-17")).stream("It ", "is ", "in Lisbon.");
        ConcurrentLinkedQueue<String> pieces = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<ToolExecution> executions = new ConcurrentLinkedQueue<>();
        CompletableFuture<ChatResponse> whole = new CompletableFuture<>();
        // docs:start stream
        StreamingChatModel model = InferenceKeyStreamingChatModel.builder()
                .endpoint(data.endpoint("support-bot"))
                .build();
        Storyteller storyteller = AiServices.builder(Storyteller.class)
                .streamingChatModel(model)
                .chatMemory(MessageWindowChatMemory.withMaxMessages(20))
                .tools(new Orders())
                .build();
        storyteller
                .tell("Where is order A-17?")
                .onPartialResponse(pieces::add)
                .onToolExecuted(executions::add)
                .onCompleteResponse(whole::complete)
                .onError(whole::completeExceptionally)
                .start();
        // docs:end stream
        assertThat(whole.get(30, TimeUnit.SECONDS).aiMessage().text()).isEqualTo("It is in Lisbon.");
        assertThat(pieces).containsExactly("It ", "is ", "in Lisbon.");
        assertThat(executions)
                .singleElement()
                .satisfies(execution -> assertThat(execution.result()).isEqualTo("A-17 is on a ship"));
        assertThat(bot.assertCalled(2)).allMatch(ScriptedCall::isStreamed);
    }
}
