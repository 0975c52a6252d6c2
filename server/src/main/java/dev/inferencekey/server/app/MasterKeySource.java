package dev.inferencekey.server.app;

import java.nio.file.Path;
import java.util.regex.Pattern;

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
        private static final Pattern HEX = Pattern.compile("[0-9A-Fa-f]{64}");

        public Text {
            if (!HEX.matcher(hex).matches()) {
                throw new IllegalArgumentException(
                        "the master key must be 64 hexadecimal digits, as `openssl rand -hex 32` prints them");
            }
        }

        @Override
        public String toString() {
            return "Text[redacted]";
        }
    }
}
