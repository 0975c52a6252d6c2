package dev.inferencekey.cli.workload;

import dev.inferencekey.ManagementClient;
import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.contract.credential.SdkToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The SDK token that a command works with, and the client that it makes. Filled by picocli on one thread. */
final class TokenOption {
    private static final int LONGEST = 1_024;

    /** Long enough for a server that restarts, short enough for a person who waits. */
    private static final Duration RETRY = Duration.ofSeconds(5);

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "A file that holds the ik_sdk_ token (default: $$INFERENCEKEY_SDK_TOKEN).")
    private @Nullable Path tokenFile;

    /** A client for the command's server and, unless a declaration says otherwise, project. */
    ManagementClient client(CommandContext context, @Nullable String project) {
        String token = tokenFile == null
                ? context.shell()
                        .variable(CommandContext.SDK_TOKEN)
                        .orElseThrow(() -> new UsageException("which ik_sdk_ token? set " + CommandContext.SDK_TOKEN
                                + " or pass --token-file (create one with `ik token create`)"))
                : read(tokenFile);
        return ManagementClient.builder()
                .environment(context.shell().environment())
                .baseUrl(context.server().toString())
                .project(project)
                .token(token)
                .retryFor(RETRY)
                .build();
    }

    private static String read(Path file) {
        String text;
        try (InputStream in = Files.newInputStream(file)) {
            text = new String(in.readNBytes(LONGEST), StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            throw new UsageException("cannot read the token file " + file, e);
        }
        if (!text.startsWith(SdkToken.PREFIX)) {
            throw new UsageException("the token file " + file + " does not hold an ik_sdk_ token alone");
        }
        return text;
    }
}
