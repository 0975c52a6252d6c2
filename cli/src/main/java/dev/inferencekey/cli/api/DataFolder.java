package dev.inferencekey.cli.api;

import dev.inferencekey.cli.shell.Shell;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The folder in which a server on this machine keeps everything. */
public record DataFolder(Path path) {
    private static final String OPERATOR_FILE = "operator.credential";
    private static final int LONGEST_CREDENTIAL = 512;

    /** {@code --data}, else {@code INFERENCEKEY_DATA}, else the user's data folder. */
    public static DataFolder choose(@Nullable Path given, Shell shell) {
        if (given != null) {
            return new DataFolder(given.toAbsolutePath().normalize());
        }
        return new DataFolder(shell.variable("INFERENCEKEY_DATA")
                .map(Path::of)
                .orElseGet(() -> xdg(shell, "XDG_DATA_HOME", ".local/share").resolve("inferencekey"))
                .toAbsolutePath()
                .normalize());
    }

    /** A base folder as the XDG specification says: relative values are ignored. */
    static Path xdg(Shell shell, String variable, String fallback) {
        return shell.variable(variable)
                .map(Path::of)
                .filter(Path::isAbsolute)
                .orElseGet(() -> shell.home().resolve(fallback));
    }

    /**
     * What the operator of a running server on this machine is let in with; empty if no server has made one here.
     *
     * @throws UsageException if there is one that this user may not read
     */
    public Optional<ControlCredential> operatorCredential() {
        Path file = path.resolve(OPERATOR_FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            String text = new String(in.readNBytes(LONGEST_CREDENTIAL), StandardCharsets.US_ASCII).strip();
            return Optional.of(new ControlCredential(ControlCredential.Source.OPERATOR, text, file.toString()));
        } catch (IOException e) {
            throw new UsageException(
                    "cannot read " + file + "; run this as the user that runs the server, or sign in with `ik login`",
                    e);
        }
    }
}
