package dev.inferencekey.server.store.transfer;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Rows in the text format of PostgreSQL's COPY. Not thread-safe.
 *
 * @see <a href="https://www.postgresql.org/docs/current/sql-copy.html">PostgreSQL: COPY</a>
 */
final class CopyText {
    private final StringBuilder text = new StringBuilder();

    /** @throws TransferException if a text holds what PostgreSQL can't keep */
    void add(String table, @Nullable Object[] values) {
        for (int i = 0; i < values.length; i++) {
            if (i > 0) {
                text.append('\t');
            }
            switch (values[i]) {
                case null -> text.append("\\N");
                case String words -> escaped(table, words);
                case byte[] bytes -> HexFormat.of().formatHex(text.append("\\\\x"), bytes);
                case Object number -> text.append(number);
            }
        }
        text.append('\n');
    }

    private void escaped(String table, String words) {
        for (int i = 0; i < words.length(); i++) {
            char character = words.charAt(i);
            switch (character) {
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case 0 ->
                    throw new TransferException(
                            "a text in the table " + table
                                    + " holds a zero character, which PostgreSQL can't keep; nothing was changed; change that entry, then try again");
                default -> text.append(character);
            }
        }
    }

    int length() {
        return text.length();
    }

    /** What was added since the last time, in UTF-8. */
    byte[] take() {
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        text.setLength(0);
        return bytes;
    }
}
