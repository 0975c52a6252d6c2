package dev.inferencekey.cli.command;

import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.shell.Shell;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Takes a secret from a person or a pipe; never from an argument, which others can see. Stateless and thread-safe. */
public final class SecretInput {
    private static final int LONGEST = 64 << 10;

    private SecretInput() {}

    /** Asks without echo; where nobody can be asked, says how to pipe it in. */
    public static String ask(Shell shell, String question, String otherwise) {
        String answer = shell.passwords().ask(question).orElseThrow(() -> new UsageException(otherwise));
        if (answer.isEmpty()) {
            throw new UsageException("nothing was typed");
        }
        return answer;
    }

    /** All of standard input, without the line end that {@code echo} adds. */
    public static String read(Shell shell, String what) {
        byte[] bytes;
        try {
            bytes = shell.in().readNBytes(LONGEST + 1);
        } catch (IOException e) {
            throw new UsageException("cannot read " + what + " from standard input", e);
        }
        if (bytes.length > LONGEST) {
            throw new UsageException(what + " on standard input is longer than " + LONGEST + " bytes");
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new UsageException(what + " on standard input is not UTF-8 text", e);
        }
        if (text.endsWith("\n")) {
            text = text.substring(0, text.length() - (text.endsWith("\r\n") ? 2 : 1));
        }
        if (text.isEmpty()) {
            throw new UsageException("standard input holds no " + what.replaceFirst("^the ", ""));
        }
        return text;
    }
}
