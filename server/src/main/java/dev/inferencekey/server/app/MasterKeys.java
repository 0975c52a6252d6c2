package dev.inferencekey.server.app;

import dev.inferencekey.server.vault.MasterKeyException;
import dev.inferencekey.server.vault.MasterKeyFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import javax.crypto.SecretKey;

/** Where the master key comes from. Stateless and thread-safe. */
final class MasterKeys {
    private MasterKeys() {}

    /** Whether there is none yet, where the first start would make one. */
    static boolean isMissing(MasterKeySource source, Path dataFolder) {
        return source instanceof MasterKeySource.DataFolderFile && Files.notExists(DataFolder.masterKeyIn(dataFolder));
    }

    /** @throws MasterKeyException if there is none, or it can't be read or used */
    static SecretKey read(MasterKeySource source, Path dataFolder) {
        return switch (source) {
            case MasterKeySource.DataFolderFile _ -> MasterKeyFile.read(DataFolder.masterKeyIn(dataFolder));
            case MasterKeySource.File given -> MasterKeyFile.read(given.file());
            case MasterKeySource.Text text -> MasterKeyFile.of(text.hex());
        };
    }

    /** The same, and makes the key in the data folder if it is missing. */
    static SecretKey open(MasterKeySource source, Path dataFolder, SecureRandom random) {
        return source instanceof MasterKeySource.DataFolderFile
                ? MasterKeyFile.open(DataFolder.masterKeyIn(dataFolder), random)
                : read(source, dataFolder);
    }

    /** For messages; shows nothing of the key. */
    static String name(MasterKeySource source, Path dataFolder) {
        return switch (source) {
            case MasterKeySource.DataFolderFile _ ->
                DataFolder.masterKeyIn(dataFolder).toString();
            case MasterKeySource.File given -> given.file().toString();
            case MasterKeySource.Text _ -> "in the environment";
        };
    }
}
