package dev.inferencekey.cli.command;

import dev.inferencekey.cli.api.UsageException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The project that a command is about. Filled by picocli on one thread. */
public final class ProjectOption {
    @Option(
            names = {"-p", "--project"},
            paramLabel = "SLUG",
            description = "The project (default: $$INFERENCEKEY_PROJECT).")
    private @Nullable String project;

    /** The project's slug. */
    public String slug(CommandContext context) {
        String slug = given(context);
        if (slug == null) {
            throw new UsageException("which project? pass --project SLUG or set " + CommandContext.PROJECT);
        }
        return slug;
    }

    /** The project's slug, null if none is named. */
    public @Nullable String given(CommandContext context) {
        return project != null && !project.isBlank()
                ? project.strip()
                : context.shell().variable(CommandContext.PROJECT).orElse(null);
    }
}
