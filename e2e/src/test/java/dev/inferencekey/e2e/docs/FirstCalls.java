package dev.inferencekey.e2e.docs;

import dev.inferencekey.ChatMessage;
import dev.inferencekey.DataClient;
import dev.inferencekey.Endpoint;
import dev.inferencekey.EndpointRef;
import dev.inferencekey.EnsurePlan;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.OnDrift;
import dev.inferencekey.TextChunk;
import dev.inferencekey.TextParams;
import dev.inferencekey.TextResult;
import dev.inferencekey.TextStream;
import dev.inferencekey.WaitOptions;
import dev.inferencekey.WorkloadSpec;
import java.time.Duration;
import java.util.List;

/** From a declaration to an answer. */
final class FirstCalls {
    private FirstCalls() {}

    static void provision() {
        // docs:start provision
        WorkloadSpec bot = WorkloadSpec.builder()
                .name("Support bot")
                .slug("support-bot")
                .backend("simulator")
                .model("demo")
                .build();
        try (ManagementClient management = ManagementClient.fromEnv()) {
            EndpointRef endpoint = management.ensure(bot);
            management.waitUntilReady(endpoint, WaitOptions.defaults());
            System.out.println(endpoint + " is ready");
        }
        // docs:end provision
    }

    static void serveModel() {
        // docs:start serve-model
        try (ManagementClient management = ManagementClient.fromEnv()) {
            EndpointRef bot = management.ensure(WorkloadSpec.builder()
                    .name("Qwen 3")
                    .slug("qwen")
                    .backend("llamacpp")
                    .model("qwen3-8b")
                    .command("llama-server -m qwen3-8b.gguf -c 8192 --parallel 4")
                    .build());
            management.waitUntilReady(bot, WaitOptions.defaults());
        }
        // docs:end serve-model
    }

    static void plan(WorkloadSpec spec) {
        // docs:start plan
        try (ManagementClient management = ManagementClient.fromEnv()) {
            EnsurePlan plan = management.plan(spec);
            System.out.println(plan.action() + " " + plan.differences());
            management.ensure(spec, OnDrift.FAIL); // throws DriftException instead of changing a workload
        }
        // docs:end plan
    }

    static void call() {
        // docs:start call
        try (DataClient data = DataClient.fromEnv()) {
            Endpoint bot = data.endpoint("support-bot");
            TextResult answer = bot.generateText(TextParams.ofPrompt("Where is my order?"));
            System.out.println(answer.text());
        }
        // docs:end call
    }

    static void settings() {
        // docs:start settings
        TextParams question = TextParams.builder()
                .messages(
                        List.of(ChatMessage.system("Answer in one sentence."), ChatMessage.user("Where is my order?")))
                .temperature(0.2)
                .maxTokens(64)
                .build();
        try (DataClient data =
                        DataClient.builder().timeout(Duration.ofMinutes(2)).build();
                TextStream answer = data.endpoint("support-bot").generateTextStream(question)) {
            for (TextChunk chunk : answer) {
                System.out.print(chunk.text());
                if (chunk.finishReason() != null) {
                    System.out.println(" [" + chunk.finishReason() + "]");
                }
            }
        }
        // docs:end settings
    }

    static void stream() {
        // docs:start stream
        try (DataClient data = DataClient.fromEnv();
                TextStream answer = data.endpoint("support-bot").generateTextStream(TextParams.ofPrompt("Hello!"))) {
            answer.forEach(chunk -> System.out.print(chunk.text()));
        }
        // docs:end stream
        System.out.println();
    }
}
