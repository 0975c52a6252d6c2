package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Passes a {@code multipart/form-data} body on byte for byte, except for the text of each part named {@code model} that is no file. Holds
 * one part's header section at most.
 *
 * <p>Notes. A delimiter is CRLF, two hyphens and the boundary. A carriage return occurs in it at its beginning only, so after a
 * mismatch the search starts over with the byte at hand and never has to go back. The body begins as if a CRLF had just been seen.
 */
final class MultipartBodyRewriter implements BodyRewriter {
    static final int MAX_PART_HEADER_BYTES = 8 * 1024;

    private static final Pattern BOUNDARY = Pattern.compile(
            ";\\s*boundary=(?:\"([0-9A-Za-z'()+_,./:=? -]{1,70})\"|([0-9A-Za-z'()+_,./:=?-]{1,70}))\\s*(?:;|$)",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern BOUNDARY_NAME = Pattern.compile("boundary[*0-9]*\\s*=", Pattern.CASE_INSENSITIVE);
    private static final Pattern FOLD = Pattern.compile("(?:\r\n|\r|\n)(?=[ \t])");
    private static final int MAX_PADDING = 64;
    private static final int TWO_LINE_ENDS = 0x0d0a0d0a;
    private static final int ONE_LINE_END = 0x0d0a;

    private enum State {
        CONTENT,
        AFTER_DELIMITER,
        HEADERS,
        EPILOGUE,
        MALFORMED
    }

    private final byte[] delimiter;
    private State state = State.CONTENT;
    private int matched = 2;
    private boolean replacing;
    private final ByteArrayOutputStream headers = new ByteArrayOutputStream(256);
    private int lastFourBytes;
    private int hyphens;
    private int padding;

    private MultipartBodyRewriter(String boundary) {
        delimiter = ("\r\n--" + boundary).getBytes(US_ASCII);
    }

    /** For a body of this content type; empty if the type names no usable boundary. */
    static Optional<MultipartBodyRewriter> of(String contentType) {
        Matcher matcher = BOUNDARY.matcher(contentType);
        // Of two boundaries another reader could take the other one.
        if (!matcher.find() || BOUNDARY_NAME.matcher(contentType).results().count() > 1) {
            return Optional.empty();
        }
        String quoted = matcher.group(1);
        String boundary = quoted == null ? matcher.group(2) : quoted;
        return boundary.endsWith(" ") ? Optional.empty() : Optional.of(new MultipartBodyRewriter(boundary));
    }

    @Override
    public boolean feed(ByteBuf in, RewrittenBody out) {
        int end = in.writerIndex();
        int copyFrom = in.readerIndex();
        for (int i = copyFrom; i < end && state != State.EPILOGUE; i++) {
            byte b = in.getByte(i);
            switch (state) {
                case CONTENT -> {
                    if (delimiterEnds(b)) {
                        if (replacing) {
                            out.write(delimiter);
                            copyFrom = i + 1;
                            replacing = false;
                        }
                        state = State.AFTER_DELIMITER;
                    }
                }
                case AFTER_DELIMITER -> afterDelimiter(b);
                case HEADERS -> {
                    if (headersEnd(b)) {
                        if (isModelPart(headers.toString(ISO_8859_1))) {
                            out.copy(in, copyFrom, i + 1 - copyFrom);
                            out.model();
                            replacing = true;
                        }
                        headers.reset();
                        state = State.CONTENT;
                    }
                }
                case EPILOGUE, MALFORMED -> {
                    return false;
                }
            }
        }
        if (state == State.MALFORMED) {
            return false;
        }
        if (!replacing) {
            out.copy(in, copyFrom, end - copyFrom);
        }
        return true;
    }

    @Override
    public boolean complete() {
        return state == State.EPILOGUE;
    }

    @Override
    public String expected() {
        return "multipart/form-data with the boundary that its Content-Type names";
    }

    private boolean delimiterEnds(byte b) {
        if (b == delimiter[matched]) {
            matched++;
        } else {
            matched = b == '\r' ? 1 : 0;
        }
        if (matched < delimiter.length) {
            return false;
        }
        matched = 0;
        hyphens = 0;
        padding = 0;
        return true;
    }

    private void afterDelimiter(byte b) {
        if (b == '\n' && hyphens == 0) {
            lastFourBytes = ONE_LINE_END;
            state = State.HEADERS;
        } else if (b == '-' && padding == 0) {
            if (++hyphens == 2) {
                state = State.EPILOGUE;
            }
        } else if (hyphens > 0 || (b != ' ' && b != '\t' && b != '\r') || ++padding > MAX_PADDING) {
            state = State.MALFORMED;
        }
    }

    private boolean headersEnd(byte b) {
        headers.write(b);
        if (headers.size() > MAX_PART_HEADER_BYTES) {
            state = State.MALFORMED;
            return false;
        }
        lastFourBytes = lastFourBytes << 8 | (b & 0xff);
        return lastFourBytes == TWO_LINE_ENDS;
    }

    private static boolean isModelPart(String headerSection) {
        String name = "content-disposition:";
        return FOLD.matcher(headerSection)
                .replaceAll("")
                .lines()
                .anyMatch(line ->
                        line.regionMatches(true, 0, name, 0, name.length()) && isModelDisposition(line, name.length()));
    }

    /** Reads {@code form-data; name="model"; …}: the name must be it, and there must be no file name. */
    private static boolean isModelDisposition(String line, int from) {
        boolean model = false;
        int i = line.indexOf(';', from);
        while (i >= 0 && i < line.length()) {
            int equals = line.indexOf('=', i);
            if (equals < 0) {
                break;
            }
            // What has no value, in front of it, is not part of its name.
            String attribute =
                    line.substring(line.lastIndexOf(';', equals) + 1, equals).strip();
            if (attribute.regionMatches(true, 0, "filename", 0, "filename".length())) {
                return false;
            }
            int valueEnd;
            String value;
            if (equals + 1 < line.length() && line.charAt(equals + 1) == '"') {
                int close = line.indexOf('"', equals + 2);
                valueEnd = close < 0 ? line.length() : close;
                value = line.substring(equals + 2, valueEnd);
            } else {
                int next = line.indexOf(';', equals);
                valueEnd = next < 0 ? line.length() : next;
                value = line.substring(equals + 1, valueEnd).strip();
            }
            model |= attribute.equalsIgnoreCase("name") && value.equals("model");
            i = line.indexOf(';', valueEnd);
        }
        return model;
    }
}
