package dev.inferencekey.cli.up;

import dev.inferencekey.DataClient;
import dev.inferencekey.EndpointRef;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.TextChunk;
import dev.inferencekey.TextParams;
import dev.inferencekey.TextStream;
import dev.inferencekey.WaitOptions;
import dev.inferencekey.WorkloadSpec;
import dev.inferencekey.cli.api.RefusedException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/** What the demo does with its two credentials, as any program would: provision with the one, call with the other. */
record Demo(URI url, DemoCredentials credentials) {
    static final String PROJECT = "demo";
    static final String PROJECT_NAME = "Demo";
    static final String WORKLOAD = "hello";
    static final String PROMPT = "Say hello to the world.";

    private static final Duration LONGEST_START = Duration.ofMinutes(10);
    private static final int ANSWER_TOKENS = 40;

    /** Declares the workload and waits until it serves. */
    EndpointRef provision(DemoModel model, Consumer<String> progress) {
        WorkloadSpec spec = WorkloadSpec.builder()
                .name("Hello")
                .slug(WORKLOAD)
                .backend("llamacpp")
                .model(model.name())
                .command(model.command())
                .build();
        // The environment of whoever typed `ik up` is about other servers.
        try (ManagementClient client = ManagementClient.builder()
                .environment(Map.of())
                .baseUrl(url.toString())
                .project(PROJECT)
                .token(credentials.token())
                .build()) {
            EndpointRef endpoint = client.ensure(spec);
            client.waitUntilReady(
                    endpoint,
                    WaitOptions.defaults()
                            .withTimeout(LONGEST_START)
                            .withProgressLine(false)
                            .withProgress(readiness -> progress.accept(readiness.toString())));
            return endpoint;
        }
    }

    /** Asks through the gateway; every piece of the answer is passed on as it comes. */
    String ask(EndpointRef endpoint, Consumer<String> pieces) {
        TextParams params =
                TextParams.builder().prompt(PROMPT).maxTokens(ANSWER_TOKENS).build();
        StringBuilder answer = new StringBuilder();
        try (DataClient client = DataClient.builder()
                        .environment(Map.of())
                        .baseUrl(url.toString())
                        .apiKey(credentials.key())
                        .build();
                TextStream stream = client.endpoint(endpoint).generateTextStream(params)) {
            while (stream.hasNext()) {
                TextChunk chunk = stream.next();
                pieces.accept(chunk.text());
                answer.append(chunk.text());
            }
        }
        if (answer.toString().isBlank()) {
            throw new RefusedException(0, "no_answer", "the model answered nothing", null, null);
        }
        return answer.toString();
    }
}
