package dev.inferencekey.cli.up;

import dev.inferencekey.cli.api.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** Reads a secret that an operator put into a file. Stateless and thread-safe. */
final class SecretFile {
    private static final int MAX_BYTES = 16 << 10;

    private SecretFile() {}

    /**
     * The file's text without white space around it.
     *
     * @param option who named the file, for messages
     * @throws UsageException if it can't be read, holds nothing, or everybody on the machine may read it
     */
    static String read(Path file, String option) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.contains(PosixFilePermission.OTHERS_READ)
                    || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
                throw new UsageException(option + " " + file
                        + " is open to every user of this machine; if none of them may have read it, run chmod 640 "
                        + file);
            }
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw new UsageException(option + " " + file + ": there is no such file");
        } catch (IOException e) {
            throw new UsageException(option + " " + file + " can't be read; check that its owner lets this user", e);
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString()
                    .strip();
        } catch (CharacterCodingException e) {
            throw new UsageException(option + " " + file + " is not text");
        }
        if (text.isEmpty() || bytes.length > MAX_BYTES) {
            throw new UsageException(option + " " + file + (text.isEmpty() ? " is empty" : " is too long"));
        }
        return text;
    }
}
