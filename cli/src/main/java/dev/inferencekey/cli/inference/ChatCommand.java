package dev.inferencekey.cli.inference;

import dev.inferencekey.ChatMessage;
import dev.inferencekey.DataClient;
import dev.inferencekey.TextChunk;
import dev.inferencekey.TextParams;
import dev.inferencekey.TextResult;
import dev.inferencekey.TextStream;
import dev.inferencekey.Usage;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.SecretInput;
import dev.inferencekey.cli.shell.PlainText;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik chat}. */
@Command(
        name = "chat",
        description = "Ask a workload and print the answer as it is written. Needs $$INFERENCEKEY_API_KEY.")
public final class ChatCommand extends LeafCommand {
    @Mixin
    private EndpointOption endpoint = new EndpointOption();

    @Parameters(index = "1..*", paramLabel = "PROMPT", description = "What to ask; without it, standard input is read.")
    private List<String> prompt = new ArrayList<>();

    @Option(names = "--system", paramLabel = "TEXT", description = "What the model is told beforehand.")
    private @Nullable String system;

    @Option(names = "--max-tokens", paramLabel = "N", description = "The longest answer, in tokens.")
    private @Nullable Integer maxTokens;

    @Option(names = "--temperature", paramLabel = "T", description = "How freely the model chooses, from 0.")
    private @Nullable Double temperature;

    public ChatCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        try (DataClient client = endpoint.client(context)) {
            var target = client.endpoint(endpoint.slug());
            if (context.json()) {
                context.answer(document(target.generateText(params().build())), () -> {});
                return;
            }
            TextParams params = params().extra("stream_options", Map.of("include_usage", true))
                    .build();
            try (TextStream stream = target.generateTextStream(params)) {
                print(stream);
                stream.usage().ifPresent(this::printUsage);
            }
        }
    }

    private TextParams.Builder params() {
        String question = prompt.isEmpty() ? SecretInput.read(context.shell(), "the prompt") : String.join(" ", prompt);
        TextParams.Builder params = TextParams.builder();
        if (system == null) {
            params.prompt(question);
        } else {
            params.messages(List.of(ChatMessage.system(system), ChatMessage.user(question)));
        }
        if (maxTokens != null) {
            params.maxTokens(maxTokens);
        }
        if (temperature != null) {
            params.temperature(temperature);
        }
        return params;
    }

    private void print(TextStream stream) {
        PrintStream out = context.shell().out();
        boolean lineOpen = false;
        while (stream.hasNext()) {
            TextChunk chunk = stream.next();
            // A terminal obeys control characters; a model must not steer it.
            String text = context.shell().outTerminal().interactive() ? PlainText.lines(chunk.text()) : chunk.text();
            out.print(text);
            out.flush();
            lineOpen = text.isEmpty() ? lineOpen : !text.endsWith("\n");
            if (out.checkError()) {
                // Nobody reads any more: closing the stream stops the model.
                return;
            }
        }
        if (lineOpen) {
            out.println();
        }
    }

    private void printUsage(Usage usage) {
        String text = usage.inputTokens() + " tokens in, " + usage.outputTokens() + " out";
        context.shell().err().println(context.shell().errTerminal().dim(text));
    }

    private static ObjectNode document(TextResult result) {
        ObjectNode document = object().put("text", result.text())
                .put("model", result.model())
                .put("finish_reason", result.finishReason());
        UsageJson.add(document, result.usage());
        return document;
    }
}
