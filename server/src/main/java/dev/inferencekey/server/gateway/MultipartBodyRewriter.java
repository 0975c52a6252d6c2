package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Passes a {@code multipart/form-data} body on byte for byte, except for the text of the field {@code model}, which is put in as the last
 * one if it is missing. A form that has it twice, or has a part that only some readers take for it, is refused. Holds one part's header
 * section at most.
 *
 * <p>Notes. A delimiter is CRLF, two hyphens and the boundary. A carriage return occurs in it at its beginning only, so after a
 * mismatch the search starts over with the byte at hand and never has to go back. The body begins as if a CRLF had just been seen.
 */
final class MultipartBodyRewriter implements BodyRewriter {
    static final int MAX_PART_HEADER_BYTES = 8 * 1024;

    private static final Pattern BOUNDARY = Pattern.compile(
            ";\\s*boundary=(?:\"([0-9A-Za-z'()+_,./:=? -]{1,70})\"|([0-9A-Za-z'()+_,./:=?-]{1,70}))\\s*(?:;|\\z)",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern BOUNDARY_NAME = Pattern.compile("boundary[*0-9]*\\s*=", Pattern.CASE_INSENSITIVE);
    private static final int MAX_PADDING = 64;
    private static final int TWO_LINE_ENDS = 0x0d0a0d0a;
    private static final int ONE_LINE_END = 0x0d0a;
    private static final byte[] HYPHENS = {'-', '-'};
    private static final byte[] MODEL_PART =
            "\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n".getBytes(US_ASCII);

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
    private boolean modelSeen;
    private long replaced;
    private @Nullable String problem;
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
                    replaced += replacing ? 1 : 0;
                    if (delimiterEnds(b)) {
                        if (replacing) {
                            replaced -= delimiter.length;
                            out.write(delimiter);
                            copyFrom = i + 1;
                            replacing = false;
                        }
                        state = State.AFTER_DELIMITER;
                    }
                }
                case AFTER_DELIMITER -> {
                    if (b == '-' && hyphens == 0) {
                        // Held back: before the last delimiter's hyphens, the model can still be put in.
                        out.copy(in, copyFrom, i - copyFrom);
                    }
                    afterDelimiter(b);
                    if (hyphens > 0) {
                        copyFrom = i + 1;
                    }
                    if (state == State.EPILOGUE) {
                        lastDelimiterEnds(out);
                    }
                }
                case HEADERS -> {
                    if (headersEnd(b)) {
                        if (isModelPart()) {
                            out.copy(in, copyFrom, i + 1 - copyFrom);
                            out.model();
                            replacing = true;
                        }
                        headers.reset();
                        state = state == State.MALFORMED ? state : State.CONTENT;
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
    public String problem() {
        return problem == null
                ? "the body is not multipart/form-data with the boundary that its Content-Type names"
                : problem;
    }

    /** Exact, once the model has passed. */
    @Override
    public long growth(int modelLength) {
        return modelSeen && !replacing ? modelLength - replaced : -1;
    }

    private void lastDelimiterEnds(RewrittenBody out) {
        if (!modelSeen) {
            out.write(MODEL_PART);
            out.model();
            out.write(delimiter);
        }
        out.write(HYPHENS);
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

    /** Whether the part whose headers have come is the model's; refuses the form if readers could disagree on that. */
    private boolean isModelPart() {
        FormField field = FormField.of(headers.toString(UTF_8), "model");
        if (field == FormField.UNCLEAR) {
            refuse("the form has a part that some readers take for the field \"model\" and others do not;"
                    + " send one field named \"model\", which is not a file, or none");
        } else if (field == FormField.EXACTLY && modelSeen) {
            refuse("the form has the field \"model\" twice; send it once");
        } else {
            modelSeen |= field == FormField.EXACTLY;
            return field == FormField.EXACTLY;
        }
        return false;
    }

    private void refuse(String why) {
        problem = why;
        state = State.MALFORMED;
    }
}
