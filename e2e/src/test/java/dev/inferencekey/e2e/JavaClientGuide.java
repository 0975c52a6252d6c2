package dev.inferencekey.e2e;

import dev.inferencekey.ChatMessage;
import dev.inferencekey.ContentPart;
import dev.inferencekey.DataClient;
import dev.inferencekey.Description;
import dev.inferencekey.EmbedResult;
import dev.inferencekey.Endpoint;
import dev.inferencekey.GeneratedImage;
import dev.inferencekey.ImageParams;
import dev.inferencekey.InferenceKeyException;
import dev.inferencekey.ObjectMismatchException;
import dev.inferencekey.RateLimitException;
import dev.inferencekey.RerankResult;
import dev.inferencekey.ResponseFormat;
import dev.inferencekey.SpeechParams;
import dev.inferencekey.SpeechResult;
import dev.inferencekey.TextChunk;
import dev.inferencekey.TextParams;
import dev.inferencekey.TextResult;
import dev.inferencekey.TextStream;
import dev.inferencekey.Tool;
import dev.inferencekey.ToolCall;
import dev.inferencekey.ToolRun;
import dev.inferencekey.Toolbox;
import dev.inferencekey.TranscriptionParams;
import dev.inferencekey.TranscriptionResult;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/** What {@code docs/guides/java-client.md} shows; {@link JavaClientTest} runs it. */
final class JavaClientGuide {
    private final PrintStream out;

    JavaClientGuide(PrintStream out) {
        this.out = out;
    }

    void text(DataClient data) {
        // docs:start text
        Endpoint bot = data.endpoint("support-bot");
        TextResult answer = bot.generateText(TextParams.builder()
                .system("Answer in one sentence.")
                .prompt("Where is my order?")
                .temperature(0.2)
                .maxTokens(200)
                .build());
        out.println(answer.text());
        out.println(answer.finishReason() + ", " + answer.usage());
        // docs:end text
    }

    void conversation(Endpoint bot) {
        // docs:start conversation
        List<ChatMessage> messages = new ArrayList<>();
        messages.add(ChatMessage.user("Where is my order?"));
        TextResult first =
                bot.generateText(TextParams.builder().messages(messages).build());
        messages.add(first.message());
        messages.add(ChatMessage.user("And when does it arrive?"));
        TextResult second =
                bot.generateText(TextParams.builder().messages(messages).build());
        // docs:end conversation
        out.println(second.text());
    }

    void streaming(Endpoint bot) {
        // docs:start streaming
        TextParams params = TextParams.builder()
                .prompt("Tell me a story")
                .includeUsage(true)
                .build();
        try (TextStream stream = bot.generateTextStream(params)) {
            for (TextChunk chunk : stream) {
                out.print(chunk.text());
            }
            out.println(stream.usage());
        }
        // docs:end streaming
    }

    // docs:start object-types
    enum Urgency {
        LOW,
        HIGH
    }

    record Ticket(@Description("At most ten words") String subject, Urgency urgency, List<String> tags) {}
    // docs:end object-types

    void object(Endpoint bot, String mail) {
        // docs:start object
        Ticket ticket =
                bot.generateObject(Ticket.class, TextParams.ofPrompt(mail)).value();
        out.println(ticket.urgency() + ": " + ticket.subject());
        // docs:end object
    }

    void objectFailure(Endpoint bot, TextParams params) {
        // docs:start object-failure
        try {
            out.println(bot.generateObject(Ticket.class, params).value());
        } catch (ObjectMismatchException e) {
            switch (e.reason()) {
                case CUT_OFF -> out.println("raise maxTokens");
                case REFUSED -> out.println("the model refused");
                case NO_JSON, WRONG_SHAPE -> out.println(e.getMessage() + "; it wrote " + e.text());
            }
        }
        // docs:end object-failure
    }

    void format(Endpoint bot) {
        // docs:start format
        TextParams params = TextParams.builder()
                .prompt("Three colors as JSON.")
                .responseFormat(ResponseFormat.jsonObject())
                .build();
        // docs:end format
        out.println(bot.generateText(params).text());
    }

    // docs:start tool-types
    record FindOrder(@Description("Such as A-17") String number) {}

    record Order(String number, String status) {}
    // docs:end tool-types

    void toolbox(Endpoint bot) {
        // docs:start toolbox
        Toolbox toolbox = Toolbox.builder()
                .tool(
                        "find_order",
                        "Finds an order by its number.",
                        FindOrder.class,
                        find -> new Order(find.number(), "on its way"))
                .maxRounds(5)
                .build();

        ToolRun run = bot.runTools(TextParams.ofPrompt("Where is order A-17?"), toolbox);
        out.println(run.answer().text());
        // docs:end toolbox
    }

    void tools(Endpoint bot) {
        // docs:start tools
        Tool findOrder = Tool.of("find_order", "Finds an order by its number.", FindOrder.class);
        List<ChatMessage> messages = new ArrayList<>();
        messages.add(ChatMessage.user("Where is order A-17?"));
        TextParams params =
                TextParams.builder().messages(messages).tools(findOrder).build();

        TextResult answer = bot.generateText(params);
        messages.add(answer.message());
        for (ToolCall call : answer.toolCalls()) {
            FindOrder arguments = call.arguments(FindOrder.class);
            messages.add(ChatMessage.toolResult(call, "Order " + arguments.number() + " is on its way."));
        }
        TextResult last = bot.generateText(params.toBuilder().messages(messages).build());
        // docs:end tools
        out.println(last.text());
    }

    void look(Endpoint bot, Path photo) throws IOException {
        // docs:start look
        TextResult answer = bot.generateText(TextParams.builder()
                .messages(ChatMessage.user(
                        ContentPart.text("What is broken here?"),
                        ContentPart.image(Files.readAllBytes(photo), "image/png")))
                .build());
        // docs:end look
        out.println(answer.text());
    }

    void draw(Endpoint painter, Path target) throws IOException {
        // docs:start draw
        GeneratedImage image = painter.generateImage(ImageParams.builder()
                        .prompt("a fox in the snow")
                        .size("512x512")
                        .build())
                .image();
        Files.write(target, image.bytes().orElseThrow());
        out.println(image.mediaType().orElse("unknown type"));
        // docs:end draw
    }

    void speak(Endpoint speaker, Path target) throws IOException {
        // docs:start speak
        SpeechResult speech = speaker.generateSpeech(SpeechParams.builder()
                .input("Your order arrives tomorrow.")
                .voice("alba")
                .format("wav")
                .build());
        Files.write(target, speech.bytes());
        // docs:end speak
    }

    void listen(Endpoint scribe, Path file) {
        // docs:start listen
        TranscriptionResult heard = scribe.transcribe(TranscriptionParams.builder(file)
                .language("es")
                .format("verbose_json")
                .build());
        out.println(heard.text());
        heard.segments().forEach(segment -> out.println(segment.start() + " " + segment.text()));
        // docs:end listen
    }

    void vectors(Endpoint embedder, Endpoint ranker) {
        // docs:start vectors
        EmbedResult vectors = embedder.embed("first text", "second text");
        float[] first = vectors.embeddings().get(0);

        RerankResult ranking = ranker.rerank("capital of Spain", List.of("Paris is in France.", "Madrid is in Spain."));
        out.println(ranking.results().get(0).document());
        // docs:end vectors
        out.println(first.length);
    }

    void errors(Endpoint bot) {
        // docs:start errors
        try {
            bot.generateText(TextParams.ofPrompt("Hi"));
        } catch (RateLimitException e) {
            out.println("try again after " + e.retryAfter());
        } catch (InferenceKeyException e) {
            out.println(e.statusCode() + " " + e.code().orElse("") + ", request "
                    + e.requestId().orElse("none"));
            throw e;
        }
        // docs:end errors
    }

    CompletableFuture<Void> async(Endpoint bot) {
        // docs:start async
        CompletableFuture<TextResult> answer = bot.generateTextAsync(TextParams.ofPrompt("Hi"));
        CompletableFuture<Void> printed = answer.thenAccept(result -> out.println(result.text()));
        // docs:end async
        return printed;
    }

    CompletableFuture<Void> publisher(Endpoint bot) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        // docs:start publisher
        Flow.Publisher<TextChunk> publisher = bot.generateTextStreamAsync(TextParams.ofPrompt("Tell me a story"));
        // docs:end publisher
        publisher.subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(TextChunk chunk) {
                out.print(chunk.text());
            }

            @Override
            public void onError(Throwable failure) {
                done.completeExceptionally(failure);
            }

            @Override
            public void onComplete() {
                done.complete(null);
            }
        });
        return done;
    }
}
