package dev.inferencekey.cli.command;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options that every command takes, before or behind its name. Filled by picocli on one thread. */
public final class GlobalOptions {
    @Option(
            names = "--data",
            scope = ScopeType.INHERIT,
            paramLabel = "DIR",
            description =
                    "Data folder of the server on this machine (default: $$INFERENCEKEY_DATA, else the user's data folder).")
    private @Nullable Path data;

    @Option(
            names = "--url",
            scope = ScopeType.INHERIT,
            paramLabel = "URL",
            description = "The server (default: $$INFERENCEKEY_BASE_URL, else port 8080 here).")
    private @Nullable String url;

    @Option(
            names = "--json",
            scope = ScopeType.INHERIT,
            description = "Print one JSON document and nothing else; errors are JSON on standard error.")
    private boolean json;

    @Nullable
    Path data() {
        return data;
    }

    @Nullable
    String url() {
        return url;
    }

    boolean json() {
        return json;
    }
}
