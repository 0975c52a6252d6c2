package dev.inferencekey.server.runtime.process;

import dev.inferencekey.contract.credential.Redaction;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The last lines that a child printed: at most {@value #LINES}, each at most {@value #LINE_LENGTH} bytes, with everything that looks like
 * a credential redacted, and the replica's own secret too. Thread-safe.
 */
final class LogTail {
    private static final int LINES = 500;
    private static final int LINE_LENGTH = 4096;
    private static final int LOOK_BACK = 30;
    private static final Pattern TELLING =
            Pattern.compile("error|fail|cannot|can't|could not|not found|no such|unknown|invalid|unable|out of memory");

    private final String ownSecret;
    private final Deque<String> lines = new ArrayDeque<>();

    LogTail(String ownSecret) {
        this.ownSecret = ownSecret;
    }

    /** Reads until the child's output ends; a line that is too long is cut. */
    void drain(InputStream output, Consumer<String> eachLine) throws IOException {
        byte[] line = new byte[LINE_LENGTH];
        byte[] chunk = new byte[8192];
        int length = 0;
        int read;
        while ((read = output.read(chunk)) >= 0) {
            for (int i = 0; i < read; i++) {
                if (chunk[i] == '\n' || chunk[i] == '\r') {
                    length = finish(line, length, eachLine);
                } else if (length < LINE_LENGTH) {
                    line[length++] = chunk[i];
                }
            }
        }
        finish(line, length, eachLine);
    }

    private int finish(byte[] line, int length, Consumer<String> eachLine) {
        if (length > 0) {
            String text = Redaction.scrub(new String(line, 0, length, StandardCharsets.UTF_8).replace(ownSecret, "…"));
            synchronized (lines) {
                if (lines.size() == LINES) {
                    lines.removeFirst();
                }
                lines.addLast(text);
            }
            eachLine.accept(text);
        }
        return 0;
    }

    /** The newest {@code limit} lines, oldest first. */
    List<String> last(int limit) {
        synchronized (lines) {
            return lines.stream().skip(Math.max(0, lines.size() - limit)).toList();
        }
    }

    /** The line that most likely says why it ended: the last one that sounds like an error, else the last one. */
    Optional<String> telling() {
        List<String> recent = last(LOOK_BACK).reversed();
        return recent.stream()
                .filter(line -> TELLING.matcher(line.toLowerCase(Locale.ROOT)).find())
                .findFirst()
                .or(() -> recent.stream().findFirst())
                .map(String::strip);
    }
}
