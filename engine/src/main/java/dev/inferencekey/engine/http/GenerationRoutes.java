package dev.inferencekey.engine.http;

import dev.inferencekey.engine.llama.Answer;
import dev.inferencekey.engine.llama.LoadedModel;
import dev.inferencekey.engine.llama.Prompt;
import dev.inferencekey.engine.llama.Sampling;
import dev.inferencekey.engine.options.Task;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** {@code POST /v1/chat/completions}, {@code /v1/completions} and {@code /v1/responses}. Thread-safe. */
final class GenerationRoutes {
    private static final int MOST_PROMPTS = 128;

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
        GenerationRequest request = GenerationRequest.chat(body);
        Prompt prompt = model.chat(request.tools().tell(ChatMessages.of(body)));
        send(List.of(prompt), request, new AnswerShape.Chat(head("chatcmpl-")), exchange);
    }

    void complete(Exchange exchange) throws IOException, InterruptedException {
        requireGenerator();
        RequestBody body = exchange.body();
        GenerationRequest request = GenerationRequest.completion(body);
        List<Prompt> prompts = new ArrayList<>();
        for (String text : body.texts("prompt", MOST_PROMPTS)) {
            prompts.add(model.prompt(text));
        }
        if (prompts.isEmpty()) {
            throw ApiException.invalid("prompt", "prompt must be a text, or an array of at least one.");
        }
        send(prompts, request, new AnswerShape.Text(head("cmpl-")), exchange);
    }

    void respond(Exchange exchange) throws IOException, InterruptedException {
        requireGenerator();
        RequestBody body = exchange.body();
        GenerationRequest request = GenerationRequest.response(body);
        body.refuse("n", request.n() != 1, "more than one answer per response");
        Prompt prompt = model.chat(request.tools().tell(ResponseInput.messages(body)));
        send(List.of(prompt), request, new ResponseShape(head("resp_"), body), exchange);
    }

    private void send(List<Prompt> prompts, GenerationRequest request, AnswerShape shape, Exchange exchange)
            throws IOException, InterruptedException {
        if (prompts.stream().anyMatch(prompt -> prompt.tokens() == 0)) {
            throw ApiException.invalid(null, "The prompt is empty; give at least one character.");
        }
        if (request.sampling().grammar() != null && !model.spellsJson()) {
            throw ApiException.invalid(null, "This model's vocabulary can't spell JSON; leave tools and formats out.");
        }
        Answers answers = new Answers(model, prompts, request);
        if (request.stream()) {
            writer.stream(answers, shape, request.includeUsage(), exchange);
        } else {
            writer.whole(answers, shape, exchange);
        }
    }

    /** {@code n} answers to each prompt. */
    private record Answers(LoadedModel model, List<Prompt> prompts, GenerationRequest request)
            implements AnswerWriter.Answers {
        @Override
        public int count() {
            return prompts.size() * request.n();
        }

        @Override
        public Answer start(int index) {
            Sampling sampling = request.sampling();
            return model.answer(
                    prompts.get(index / request.n()),
                    sampling.with(sampling.grammar(), index % request.n()),
                    request.maxTokens());
        }

        @Override
        public List<String> functions() {
            return request.tools().names();
        }

        @Override
        public int promptTokens() {
            return prompts.stream().mapToInt(Prompt::tokens).sum();
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
