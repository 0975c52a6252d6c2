package dev.inferencekey.cli.up;

import dev.inferencekey.cli.api.PrivateFile;
import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.command.CommandContext;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The four variables that a client needs. Its text form shows no credential. */
record EnvironmentLines(URI url, String project, String token, String key) {
    /** One {@code export} per line. */
    List<String> exports() {
        return List.of(
                "export " + CommandContext.BASE_URL + "=" + url,
                "export " + CommandContext.PROJECT + "=" + project,
                "export " + CommandContext.SDK_TOKEN + "=" + token,
                "export " + CommandContext.API_KEY + "=" + key);
    }

    /** Fails early, before anything is started, if the file could not be written later. */
    static void requireWritable(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw new UsageException(
                    "cannot write --env-file " + file + ": its folder does not exist or is not writable");
        }
    }

    /** Writes the lines, for the user alone. */
    void write(Path file) throws IOException {
        PrivateFile.replace(file, (String.join("\n", exports()) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "EnvironmentLines[" + url + ", " + project + "]";
    }
}
