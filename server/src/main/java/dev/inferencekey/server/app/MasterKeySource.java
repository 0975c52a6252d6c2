package dev.inferencekey.server.app;

import java.nio.file.Path;

/** Where the key comes from that secrets are sealed with: the same on all nodes of an installation. */
public sealed interface MasterKeySource {
    /** {@code master.key} in the data folder, made at the first start. */
    record DataFolderFile() implements MasterKeySource {}

    /** A file that somebody put there: 32 bytes, or 64 hexadecimal digits. */
    record File(Path file) implements MasterKeySource {}

    /**
     * The key itself, from an environment variable. Shows nothing of it.
     *
     * @param hex 64 hexadecimal digits
     */
    record Text(String hex) implements MasterKeySource {
        @Override
        public String toString() {
            return "Text[redacted]";
        }
    }
}
