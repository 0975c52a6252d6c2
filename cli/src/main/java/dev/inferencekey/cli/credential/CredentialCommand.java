package dev.inferencekey.cli.credential;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A command about one credential that exists. */
abstract class CredentialCommand extends LeafCommand {
    final CredentialKind kind;

    @Parameters(paramLabel = "ID", description = "Its id, its public id, or its name if no other has it.")
    private String reference = "";

    @Mixin
    private ProjectOption project = new ProjectOption();

    CredentialCommand(CommandContext context, CredentialKind kind) {
        super(context);
        this.kind = kind;
    }

    /** Does it with the credential at the path. */
    abstract void run(ControlApi api, ApiPath path);

    /** The project that the credential is in. */
    final String projectSlug() {
        return project.slug(context);
    }

    /** The key with its budget beside what else is told of it. */
    static JsonNode withBudget(ControlApi api, ApiPath path, JsonNode key) {
        if (key instanceof ObjectNode object) {
            object.set("budget", api.get(path.below("budget")));
        }
        return key;
    }

    /** The segment behind the credential's id, if the request goes to one. */
    String verb() {
        return "";
    }

    @Override
    protected final void run() {
        String slug = projectSlug();
        try (ControlApi api = context.api()) {
            String id = new CredentialReference(kind, reference).id(api, slug);
            run(
                    api,
                    verb().isEmpty()
                            ? ApiPath.inProject(slug, kind.segment(), id)
                            : ApiPath.inProject(slug, kind.segment(), id, verb()));
        }
    }
}
