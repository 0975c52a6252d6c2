package dev.inferencekey.server.runtime.simulator;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A {@code multipart/form-data} body, read to its end without holding its files.
 *
 * @param fields the values that are texts
 * @param fileBytes the size of all files together
 */
record Upload(Fields fields, long fileBytes) {
    private static final int MAX_TEXT = 1 << 20;
    private static final int MAX_FIELDS = 1_000;
    private static final Pattern BOUNDARY = Pattern.compile("(?i)boundary=(?:\"([^\"]{1,200})\"|([^\\s;]{1,200}))");
    private static final Pattern NAME = Pattern.compile("(?i)[;\\s]name=\"?([^\";\\r\\n]*)\"?");
    private static final Pattern FILE = Pattern.compile("(?i)[;\\s]filename\\*?=");

    static Upload read(InputStream body, String contentType) throws IOException {
        Matcher boundary = BOUNDARY.matcher(contentType);
        if (!boundary.find()) {
            throw RequestRefusedException.invalid("the form's Content-Type names no boundary");
        }
        String text = boundary.group(1) == null ? boundary.group(2) : boundary.group(1);
        return new Reader(new BufferedInputStream(body, 1 << 16), text).read();
    }

    /** One pass over the bytes. A delimiter begins with the only CR in it, so that a mismatch can start over at a CR alone. */
    private static final class Reader {
        private final InputStream in;
        private final byte[] delimiter;
        private final Map<String, List<String>> texts = new LinkedHashMap<>();
        private long fileBytes;
        private int fields;

        Reader(InputStream in, String boundary) {
            this.in = in;
            this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        }

        Upload read() throws IOException {
            // The first delimiter may stand at the very beginning, without a line break before it.
            if (!skipTo(2, null)) {
                throw RequestRefusedException.invalid("the form's boundary does not occur in the body");
            }
            fileBytes = 0;
            boolean more = !atEnd();
            while (more) {
                String head = line();
                String disposition = "";
                while (!head.isEmpty()) {
                    disposition = head.regionMatches(true, 0, "content-disposition:", 0, 20) ? head : disposition;
                    head = line();
                }
                more = part(disposition) && !atEnd();
            }
            return new Upload(Fields.ofForm(texts), fileBytes);
        }

        private boolean part(String disposition) throws IOException {
            Matcher name = NAME.matcher(disposition);
            if (FILE.matcher(disposition).find() || !name.find()) {
                return skipTo(0, null);
            }
            ByteArrayOutputStream value = new ByteArrayOutputStream();
            boolean more = skipTo(0, value);
            if (++fields > MAX_FIELDS) {
                throw RequestRefusedException.invalid("the form has more than " + MAX_FIELDS + " fields");
            }
            texts.computeIfAbsent(name.group(1), key -> new ArrayList<>()).add(value.toString(StandardCharsets.UTF_8));
            return more;
        }

        /** Reads up to the next delimiter and beyond it; false if there is none. What comes before goes to {@code into}, or is counted. */
        private boolean skipTo(int matchedAlready, @Nullable ByteArrayOutputStream into) throws IOException {
            int matched = matchedAlready;
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (next == delimiter[matched]) {
                    matched++;
                    if (matched == delimiter.length) {
                        return true;
                    }
                    continue;
                }
                keep(matched, into);
                matched = 0;
                if (next == '\r') {
                    matched = 1;
                } else {
                    keepByte(next, into);
                }
            }
            keep(matched, into);
            return false;
        }

        private void keep(int matched, @Nullable ByteArrayOutputStream into) {
            for (int i = 0; i < matched; i++) {
                keepByte(delimiter[i], into);
            }
        }

        private void keepByte(int value, @Nullable ByteArrayOutputStream into) {
            if (into == null) {
                fileBytes++;
            } else if (into.size() < MAX_TEXT) {
                into.write(value);
            } else {
                throw RequestRefusedException.invalid("a field of the form is larger than 1 MiB");
            }
        }

        /** After a delimiter: whether it was the last one. */
        private boolean atEnd() throws IOException {
            return line().startsWith("--");
        }

        /** The rest of the line, without its end; empty at the end of the body. */
        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
                if (line.length() > 16_384) {
                    throw RequestRefusedException.invalid("a line in the form's heads is too long");
                }
                line.append((char) next);
            }
            int end = line.length() > 0 && line.charAt(line.length() - 1) == '\r' ? line.length() - 1 : line.length();
            return line.substring(0, end);
        }
    }
}
