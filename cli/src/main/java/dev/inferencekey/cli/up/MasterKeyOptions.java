package dev.inferencekey.cli.up;

import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.shell.Shell;
import dev.inferencekey.server.app.MasterKeySource;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the key comes from that secrets are sealed with. Filled by picocli on one thread. */
public final class MasterKeyOptions {
    static final String VARIABLE = "INFERENCEKEY_MASTER_KEY";
    static final String FILE_VARIABLE = "INFERENCEKEY_MASTER_KEY_FILE";

    @Option(
            names = "--master-key",
            paramLabel = "FILE",
            description = "The key that secrets are sealed with, the same on all nodes: 32 bytes or 64 hexadecimal"
                    + " digits (default: $$INFERENCEKEY_MASTER_KEY_FILE, or the digits in $$INFERENCEKEY_MASTER_KEY,"
                    + " else master.key in the data folder, made at the first start).")
    private @Nullable Path file;

    MasterKeySource source(Shell shell) {
        if (file != null) {
            return new MasterKeySource.File(file);
        }
        Optional<String> text = shell.variable(VARIABLE);
        Optional<String> named = shell.variable(FILE_VARIABLE);
        if (text.isPresent() && named.isPresent()) {
            throw new UsageException(VARIABLE + " and " + FILE_VARIABLE + " are both set; unset one of them");
        }
        if (named.isPresent()) {
            return new MasterKeySource.File(Path.of(named.get()));
        }
        if (text.isEmpty()) {
            return new MasterKeySource.DataFolderFile();
        }
        try {
            return new MasterKeySource.Text(text.get().strip());
        } catch (IllegalArgumentException e) {
            throw new UsageException(VARIABLE + ": " + e.getMessage());
        }
    }
}
