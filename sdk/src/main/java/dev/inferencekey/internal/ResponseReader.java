package dev.inferencekey.internal;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads the answers of one connection, one after the other: {@link #head}, then {@link #body}. Bounded in all it holds, and strict: after what
 * is not clear, nothing more is read. Not thread-safe.
 */
final class ResponseReader {
    /** Where bytes come from. */
    interface Source {
        /** At least one byte, at most {@code length}; -1 at the end. */
        int read(byte[] into, int from, int length) throws IOException;
    }

    /** Of all lines before a body, those of interim answers included, and again of those after a chunked one. */
    static final int MAX_HEAD_BYTES = 64 * 1024;

    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int MAX_QUOTE = 200;
    private static final int MAX_HEX_DIGITS = 15;
    private static final String TOKEN_SYMBOLS = "!#$%&'*+-.^_`|~";

    private final Source source;
    private byte[] buffer = new byte[BUFFER_BYTES];
    /** What has come and has not been used: from here to {@link #end}. */
    private int start;

    private int end;
    private boolean begun;
    private int headBytes;

    ResponseReader(Source source) {
        this.source = source;
    }

    /** Whether a byte of the answer to the present request has come. */
    boolean begun() {
        return begun;
    }

    /** Whether more has come than was read: nobody asked for it. */
    boolean hasMore() {
        return start < end;
    }

    /** The next request is about to be sent. */
    void next() {
        begun = false;
        if (buffer.length > BUFFER_BYTES) {
            buffer = new byte[BUFFER_BYTES];
        }
        start = 0;
        end = 0;
    }

    /**
     * The head of the answer; interim ones are skipped.
     *
     * @throws ProtocolException if it is not HTTP/1
     */
    ResponseHead head() throws IOException {
        headBytes = 0;
        while (true) {
            String statusLine = line(false);
            int minor = minorVersion(statusLine);
            int status = status(statusLine);
            HttpHeaders headers = headers();
            if (status == 101) {
                throw new ProtocolException("the server switched to another protocol, unasked");
            }
            if (status >= 200) {
                return ResponseHead.of(minor, status, headers);
            }
        }
    }

    private static int minorVersion(String line) throws ProtocolException {
        if (!line.startsWith("HTTP/1.") || line.length() < 12 || !isDigit(line.charAt(7)) || line.charAt(8) != ' ') {
            throw invalidStatusLine(line);
        }
        return line.charAt(7) - '0';
    }

    private static int status(String line) throws ProtocolException {
        int status = 0;
        for (int i = 9; i < 12; i++) {
            if (!isDigit(line.charAt(i))) {
                throw invalidStatusLine(line);
            }
            status = status * 10 + line.charAt(i) - '0';
        }
        if (status < 100 || (line.length() > 12 && line.charAt(12) != ' ')) {
            throw invalidStatusLine(line);
        }
        return status;
    }

    private static ProtocolException invalidStatusLine(String line) {
        return new ProtocolException("Invalid status line: \"" + quote(line) + "\"");
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private HttpHeaders headers() throws IOException {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        List<String> last = null;
        for (String line = line(false); !line.isEmpty(); line = line(false)) {
            if (line.charAt(0) == ' ' || line.charAt(0) == '\t') {
                if (last == null) {
                    throw invalidHeader(line);
                }
                // Obsolete, but RFC 9112, section 5.2, has us read it.
                last.set(last.size() - 1, (last.get(last.size() - 1) + " " + value(line, 0)).strip());
            } else {
                int colon = line.indexOf(':');
                if (!isToken(line, colon)) {
                    throw invalidHeader(line);
                }
                last = headers.computeIfAbsent(line.substring(0, colon), name -> new ArrayList<>(1));
                last.add(value(line, colon + 1));
            }
        }
        return HttpHeaders.of(headers, (name, value) -> true);
    }

    private static boolean isToken(String line, int length) {
        for (int i = 0; i < length; i++) {
            char c = line.charAt(i);
            boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || isDigit(c);
            if (!letterOrDigit && TOKEN_SYMBOLS.indexOf(c) < 0) {
                return false;
            }
        }
        return length > 0;
    }

    private static String value(String line, int from) throws ProtocolException {
        for (int i = from; i < line.length(); i++) {
            char c = line.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                throw invalidHeader(line);
            }
        }
        int first = from;
        int last = line.length();
        while (first < last && isBlank(line.charAt(first))) {
            first++;
        }
        while (first < last && isBlank(line.charAt(last - 1))) {
            last--;
        }
        return line.substring(first, last);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static ProtocolException invalidHeader(String line) {
        return new ProtocolException("Invalid header: \"" + quote(line) + "\"");
    }

    private static String quote(String line) {
        return line.length() > MAX_QUOTE ? line.substring(0, MAX_QUOTE) : line;
    }

    /**
     * The body that belongs to the head, up to a limit; longer ones are marked as truncated, and so are broken ones if they are accepted. The
     * connection can be used again only after a body that is whole.
     *
     * @param acceptBroken whether a connection that breaks ends the body instead of failing it; an interrupt always fails it
     */
    Body.Whole body(ResponseHead head, int limit, boolean acceptBroken) throws IOException {
        Gathered gathered = new Gathered(limit);
        boolean whole;
        try {
            if (head.length() == ResponseHead.CHUNKED) {
                whole = readChunks(gathered);
            } else if (head.length() == ResponseHead.UNTIL_CLOSE) {
                whole = readAll(gathered);
            } else {
                whole = readLength(head.length(), gathered);
            }
        } catch (IOException e) {
            if (!acceptBroken || Thread.currentThread().isInterrupted()) {
                throw e;
            }
            whole = false;
        }
        return new Body.Whole(gathered.bytes(), !whole);
    }

    private boolean readLength(long length, Gathered gathered) throws IOException {
        long received = take(length, gathered);
        if (received < length && !gathered.isFull()) {
            throw new IOException("fixed content-length: " + length + ", bytes received: " + received, endOfFile());
        }
        return received == length;
    }

    private boolean readAll(Gathered gathered) throws IOException {
        take(Long.MAX_VALUE, gathered);
        return !gathered.isFull() || (!hasMore() && !fill());
    }

    private boolean readChunks(Gathered gathered) throws IOException {
        headBytes = 0;
        while (true) {
            long size = chunkSize(line(true));
            if (size == 0) {
                headers();
                return true;
            }
            long received = take(size, gathered);
            if (received < size) {
                if (gathered.isFull()) {
                    return false;
                }
                throw new IOException("the connection ended within a chunk of the answer", endOfFile());
            }
            if (!line(true).isEmpty()) {
                throw new ProtocolException("a chunk of the answer is longer than announced");
            }
            // Lines of chunks are many, and each is short.
            headBytes = 0;
        }
    }

    private static long chunkSize(String line) throws ProtocolException {
        int digits = 0;
        long size = 0;
        while (digits < line.length() && Character.digit(line.charAt(digits), 16) >= 0) {
            size = size * 16 + Character.digit(line.charAt(digits), 16);
            digits++;
            if (digits > MAX_HEX_DIGITS) {
                break;
            }
        }
        int after = digits;
        while (after < line.length() && isBlank(line.charAt(after))) {
            after++;
        }
        if (digits == 0 || digits > MAX_HEX_DIGITS || (after < line.length() && line.charAt(after) != ';')) {
            throw new ProtocolException("Invalid chunk size: \"" + quote(line) + "\"");
        }
        return size;
    }

    /** Moves up to {@code length} bytes, less at the end or when no more may be held; how many. */
    private long take(long length, Gathered gathered) throws IOException {
        long taken = 0;
        while (taken < length && !gathered.isFull()) {
            if (start == end && length - taken >= BUFFER_BYTES) {
                int direct = gathered.readFrom(source, length - taken);
                if (direct < 0) {
                    return taken;
                }
                taken += direct;
            } else if (start < end || fill()) {
                int count = gathered.add(buffer, start, (int) Math.min(end - start, length - taken));
                start += count;
                taken += count;
            } else {
                return taken;
            }
        }
        return taken;
    }

    /**
     * The next line without its end.
     *
     * @param strict whether a line feed alone is no end of a line
     */
    private String line(boolean strict) throws IOException {
        int searched = start;
        while (true) {
            for (int i = searched; i < end; i++) {
                if (buffer[i] == '\n') {
                    int length = i - start;
                    boolean returned = length > 0 && buffer[i - 1] == '\r';
                    if (strict && !returned) {
                        throw new ProtocolException("a line of the answer does not end with CR LF");
                    }
                    countHead(length + 1);
                    String line =
                            new String(buffer, start, returned ? length - 1 : length, StandardCharsets.ISO_8859_1);
                    start = i + 1;
                    return line;
                }
            }
            int unused = end - start;
            if (headBytes + unused > MAX_HEAD_BYTES) {
                countHead(unused);
            }
            boolean more = fill();
            searched = start + unused;
            if (!more) {
                throw begun
                        ? new IOException("the connection ended within the head of the answer", endOfFile())
                        : new IOException("HTTP/1.1 header parser received no bytes", endOfFile());
            }
        }
    }

    private void countHead(int bytes) throws ProtocolException {
        headBytes += bytes;
        if (headBytes > MAX_HEAD_BYTES) {
            throw new ProtocolException("the head of the answer is longer than " + MAX_HEAD_BYTES + " bytes");
        }
    }

    private static EOFException endOfFile() {
        return new EOFException("EOF reached while reading");
    }

    /** Reads on behind what there is; false at the end. */
    private boolean fill() throws IOException {
        if (start == end) {
            start = 0;
            end = 0;
        } else if (end == buffer.length) {
            if (start > 0) {
                System.arraycopy(buffer, start, buffer, 0, end - start);
                end -= start;
                start = 0;
            } else {
                buffer = Arrays.copyOf(buffer, buffer.length * 2);
            }
        }
        int count = source.read(buffer, end, buffer.length - end);
        if (count < 0) {
            return false;
        }
        begun |= count > 0;
        end += count;
        return true;
    }

    /** Bytes up to a limit. Grows with what comes: a length that a server announces is no reason to reserve it. */
    private static final class Gathered {
        private final int limit;
        private byte[] bytes = {};
        private int count;

        Gathered(int limit) {
            this.limit = limit;
        }

        boolean isFull() {
            return count == limit;
        }

        byte[] bytes() {
            return count == bytes.length ? bytes : Arrays.copyOf(bytes, count);
        }

        int add(byte[] from, int offset, int length) {
            int added = Math.min(length, limit - count);
            makeRoom(added);
            System.arraycopy(from, offset, bytes, count, added);
            count += added;
            return added;
        }

        int readFrom(Source source, long length) throws IOException {
            makeRoom((int) Math.min(Math.min(length, BUFFER_BYTES), limit - count));
            int read = source.read(bytes, count, (int) Math.min(length, bytes.length - count));
            if (read > 0) {
                count += read;
            }
            return read;
        }

        private void makeRoom(int wanted) {
            if (bytes.length - count < wanted) {
                bytes = Arrays.copyOf(bytes, (int) Math.min(limit, Math.max((long) count + wanted, 2L * bytes.length)));
            }
        }
    }
}
