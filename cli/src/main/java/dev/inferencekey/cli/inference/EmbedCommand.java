package dev.inferencekey.cli.inference;

import dev.inferencekey.DataClient;
import dev.inferencekey.EmbedResult;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.shell.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik embed}. */
@Command(
        name = "embed",
        description = "Turn texts into vectors; --json prints them in full. Needs $$INFERENCEKEY_API_KEY.")
public final class EmbedCommand extends LeafCommand {
    @Mixin
    private EndpointOption endpoint = new EndpointOption();

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "TEXT",
            description = "What to turn into vectors, one each.")
    private List<String> texts = new ArrayList<>();

    public EmbedCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        try (DataClient client = endpoint.client(context)) {
            EmbedResult result = client.endpoint(endpoint.slug()).embed(texts);
            context.answer(document(result), () -> show(result));
        }
    }

    private void show(EmbedResult result) {
        Table table = new Table().text("TEXT").number("LENGTH").number("NORM").text("BEGINS");
        for (int i = 0; i < result.embeddings().size(); i++) {
            float[] vector = result.embeddings().get(i);
            table.row(texts.get(i), Integer.toString(vector.length), norm(vector), beginning(vector));
        }
        table.print(context.shell().out(), context.shell().outTerminal());
    }

    private static String norm(float[] vector) {
        double sum = 0;
        for (float value : vector) {
            sum += (double) value * value;
        }
        return String.format(Locale.ROOT, "%.4f", Math.sqrt(sum));
    }

    private static String beginning(float[] vector) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(3, vector.length); i++) {
            text.append(String.format(Locale.ROOT, i == 0 ? "%.4f" : " %.4f", vector[i]));
        }
        return text + (vector.length > 3 ? " …" : "");
    }

    private static ObjectNode document(EmbedResult result) {
        ObjectNode document = object().put("model", result.model());
        ArrayNode vectors = document.putArray("embeddings");
        for (float[] vector : result.embeddings()) {
            ArrayNode array = vectors.addArray();
            for (float value : vector) {
                array.add(value);
            }
        }
        UsageJson.add(document, result.usage());
        return document;
    }
}
