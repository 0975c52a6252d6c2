package dev.inferencekey.server.runtime.process;

import dev.inferencekey.contract.credential.Redaction;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a model server prints: the last lines in memory, and some more in a file. Thread-safe.
 *
 * <p>Bounded in every direction: {@value #MAX_LINES} lines of at most {@value #MAX_LINE} characters, and two files of at most
 * {@value #MAX_FILE_BYTES} bytes, the full one of which makes room for the next. Secrets are taken out before a line is kept.
 */
final class EngineLog {
    static final int MAX_LINES = 500;
    static final int MAX_LINE = 2_000;
    static final int MAX_FILE_BYTES = 2 << 20;

    /** The words of lines that say what went wrong. */
    private static final Pattern TELLING = Pattern.compile(
            "error|fail|exception|fatal|cannot|can't|unable|not found|no such|invalid|unknown|denied|out of memory|abort|panic",
            Pattern.CASE_INSENSITIVE);

    /** The words of lines that only say that something went wrong before: the reason stands above them. */
    private static final Pattern CONSEQUENCE = Pattern.compile(
            "exiting due to|failed to (load|create|initiali[sz]e) (the )?(model|context)|error loading model"
                    + "|unable to load model|could not load model|initialization failed|failed to start"
                    + "|root cause above|Traceback \\(most recent call last\\)|^\\s*raise |cleaning up before exit",
            Pattern.CASE_INSENSITIVE);

    /** What engines say to the platform's own look whether they refuse those who do not know their secret. */
    private static final Pattern OWN_PROBE = Pattern.compile("unauthorized: invalid api key", Pattern.CASE_INSENSITIVE);

    /** Terminal control sequences, and characters that are none. */
    private static final Pattern CONTROL = Pattern.compile("\u001b\\[[0-9;?]*[ -/]*[@-~]|[\\p{Cntrl}&&[^\t]]");

    private final Path file;
    private final Path olderFile;
    private final List<String> secrets;
    private final ArrayDeque<String> lines = new ArrayDeque<>();
    private @Nullable OutputStream out;
    private long written;

    /** @param secrets never kept */
    EngineLog(Path folder, Collection<String> secrets) {
        this.file = folder.resolve("engine.log");
        this.olderFile = folder.resolve("engine.log.1");
        // The longest first: one may be a part of another.
        this.secrets = secrets.stream()
                .filter(secret -> !secret.isEmpty())
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    Path file() {
        return file;
    }

    /** Keeps everything that comes, until the end. */
    void drain(InputStream output) {
        try (BufferedInputStream in = new BufferedInputStream(output)) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int next = in.read(); next >= 0; next = in.read()) {
                // Progress bars return to the start of their line instead of ending it.
                if (next == '\n' || next == '\r') {
                    append(line.toString(StandardCharsets.UTF_8));
                    line.reset();
                } else if (line.size() < 4 * MAX_LINE) {
                    line.write(next);
                }
            }
            append(line.toString(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // The pipe was closed while the process ended: there is nothing more to read.
        }
    }

    /** The text as one line that may be shown: without secrets and control characters, and cut where it is too long. */
    String safe(String raw) {
        String clean = CONTROL.matcher(raw).replaceAll("").strip();
        for (String secret : secrets) {
            clean = clean.replace(secret, "…");
        }
        String safe = Redaction.scrub(clean);
        return safe.length() > MAX_LINE ? safe.substring(0, MAX_LINE) + "…" : safe;
    }

    void append(String raw) {
        String line = safe(raw);
        if (line.isEmpty()) {
            return;
        }
        synchronized (this) {
            if (lines.size() == MAX_LINES) {
                lines.removeFirst();
            }
            lines.addLast(line);
            writeToFile(line);
        }
    }

    private void writeToFile(String line) {
        try {
            byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
            if (out != null && written + bytes.length > MAX_FILE_BYTES) {
                out.close();
                out = null;
                Files.move(file, olderFile, StandardCopyOption.REPLACE_EXISTING);
            }
            if (out == null) {
                out = Files.newOutputStream(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
                written = 0;
            }
            out.write(bytes);
            written += bytes.length;
        } catch (IOException e) {
            // A full disk must not stop a model server; the lines in memory are still there.
        }
    }

    synchronized List<String> tail(int limit) {
        return lines.stream().skip(Math.max(0, lines.size() - limit)).toList();
    }

    /** The last line that says why something went wrong; or else that something did, or else the last line; null if there is none. */
    synchronized @Nullable String telling() {
        String consequence = null;
        String last = null;
        for (Iterator<String> newestFirst = lines.descendingIterator(); newestFirst.hasNext(); ) {
            String line = newestFirst.next();
            if (OWN_PROBE.matcher(line).find()) {
                continue;
            }
            last = last == null ? line : last;
            if (CONSEQUENCE.matcher(line).find()) {
                consequence = consequence == null ? line : consequence;
            } else if (TELLING.matcher(line).find()) {
                return line;
            }
        }
        return consequence == null ? last : consequence;
    }

    synchronized boolean anyLine(Pattern pattern) {
        return lines.stream().anyMatch(line -> pattern.matcher(line).find());
    }

    synchronized void close() {
        try {
            if (out != null) {
                out.close();
            }
        } catch (IOException e) {
            // Nothing is lost but the end of a log.
        }
        out = null;
    }
}
