package dev.inferencekey.engine.http;

import dev.inferencekey.engine.llama.Answer;
import dev.inferencekey.engine.llama.LoadedModel;
import dev.inferencekey.engine.llama.Prompt;
import dev.inferencekey.engine.options.Task;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;

/** {@code POST /v1/chat/completions} and {@code POST /v1/completions}. Thread-safe. */
final class GenerationRoutes {
    private final LoadedModel model;
    private final AnswerWriter writer;
    private final InstantSource clock;
    private final RandomGenerator random;

    GenerationRoutes(LoadedModel model, AnswerWriter writer, InstantSource clock, RandomGenerator random) {
        this.model = model;
        this.writer = writer;
        this.clock = clock;
        this.random = random;
    }

    void chat(Exchange exchange) throws IOException, InterruptedException {
        requireGenerator();
        RequestBody body = exchange.body();
        GenerationRequest request = GenerationRequest.of(body);
        Prompt prompt = model.chat(ChatMessages.of(body));
        send(prompt, request, new AnswerShape.Chat(head("chatcmpl-")), exchange);
    }

    void complete(Exchange exchange) throws IOException, InterruptedException {
        requireGenerator();
        RequestBody body = exchange.body();
        GenerationRequest request = GenerationRequest.of(body);
        List<String> prompts = body.texts("prompt", 1);
        if (prompts.size() != 1) {
            throw ApiException.invalid("prompt", "prompt must be one text.");
        }
        send(model.prompt(prompts.getFirst()), request, new AnswerShape.Text(head("cmpl-")), exchange);
    }

    private void send(Prompt prompt, GenerationRequest request, AnswerShape shape, Exchange exchange)
            throws IOException, InterruptedException {
        if (prompt.tokens() == 0) {
            throw ApiException.invalid(null, "The prompt is empty; give at least one character.");
        }
        try (Answer answer = model.answer(prompt, request.sampling(), request.maxTokens())) {
            if (request.stream()) {
                writer.stream(answer, shape, prompt.tokens(), request.includeUsage(), exchange);
            } else {
                writer.whole(answer, shape, prompt.tokens(), exchange);
            }
        }
    }

    private AnswerShape.Head head(String prefix) {
        String id = prefix + "%016x%016x".formatted(random.nextLong(), random.nextLong());
        return new AnswerShape.Head(id, clock.instant().getEpochSecond(), model.name());
    }

    private void requireGenerator() {
        if (model.task() != Task.GENERATE) {
            throw ApiException.unsupported(
                    "This model is not loaded to generate text;" + " its command has --embedding or --reranking.");
        }
    }
}
