package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Any bytes as a content type (the first line) and a form (the rest): the model is replaced or put in as a reader does it who has the
 * whole body, no other byte is changed, simple readers find no other model, and it does not matter how the bytes are cut.
 */
public final class MultipartFuzz {
    private static final String MODEL = "served";
    private static final String REFUSED = "refused";
    private static final Pattern BOUNDARY =
            Pattern.compile("(?i);\\s*boundary=(\"[^\"]*\"|[^;\"\\s]*)\\s*(?:;.*)?\\z", Pattern.DOTALL);
    private static final Pattern LINE_END = Pattern.compile("[ \\t\\r]{0,64}\\n");
    private static final Pattern PLAIN_MODEL =
            Pattern.compile("(?i)(^|\n)content-disposition:[ \t]*form-data;[ \t]*name=(\"model\"|model[ \t]*[;\r\n])");

    private MultipartFuzz() {}

    /** Fails if the input shows a fault. */
    public static void fuzzerTestOneInput(byte[] data) {
        int line = 0;
        while (line < data.length && data[line] != '\n') {
            line++;
        }
        String type = new String(data, 0, line, ISO_8859_1);
        if (MultipartBodyRewriter.of(type).isEmpty()) {
            return;
        }
        byte[] body = FuzzInput.stretched(Arrays.copyOfRange(data, Math.min(line + 1, data.length), data.length));
        List<List<ByteBuf>> cuts = FuzzInput.cuts(body);
        String whole = rewrite(type, cuts.get(0), false);
        assertThat(rewrite(type, cuts.get(1), false)).isEqualTo(whole);
        assertThat(rewrite(type, cuts.get(2), true)).isEqualTo(whole);
        Matcher boundary = BOUNDARY.matcher(type);
        if (boundary.find()) {
            String text = boundary.group(1);
            boolean quoted = text.startsWith("\"");
            assertThat(whole)
                    .isEqualTo(expected(
                            quoted ? text.substring(1, text.length() - 1) : text, new String(body, ISO_8859_1)));
        }
    }

    private static String rewrite(String type, List<ByteBuf> pieces, boolean streamed) {
        MultipartBodyRewriter rewriter = MultipartBodyRewriter.of(type).orElseThrow();
        RewrittenBody out = new RewrittenBody(UnpooledByteBufAllocator.DEFAULT);
        try {
            if (streamed) {
                out.stream(MODEL.getBytes(ISO_8859_1));
            }
            for (ByteBuf piece : pieces) {
                if (!rewriter.feed(piece, out)) {
                    return REFUSED;
                }
            }
            ByteBuf whole = Unpooled.buffer();
            out.appendTo(whole, MODEL.getBytes(ISO_8859_1));
            return rewriter.complete() ? whole.toString(ISO_8859_1) : REFUSED;
        } finally {
            out.release();
        }
    }

    private static String expected(String boundary, String body) {
        String text = "\r\n" + body;
        String delimiter = "\r\n--" + boundary;
        StringBuilder out = new StringBuilder();
        boolean modelSeen = false;
        int copyFrom = 2;
        int at = text.indexOf(delimiter);
        while (at >= 0) {
            int after = at + delimiter.length();
            if (text.startsWith("--", after)) {
                out.append(text, Math.min(copyFrom, after), after);
                if (!modelSeen) {
                    out.append("\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n" + MODEL + delimiter);
                }
                return out.append(text, after, text.length()).toString();
            }
            Matcher lineEnd = LINE_END.matcher(text).region(after, text.length());
            if (!lineEnd.lookingAt()) {
                return REFUSED;
            }
            int headers = lineEnd.end();
            int end = text.startsWith("\r\n", headers) ? headers + 2 : text.indexOf("\r\n\r\n", headers) + 4;
            if (end < headers || end - headers > MultipartBodyRewriter.MAX_PART_HEADER_BYTES) {
                return REFUSED;
            }
            at = text.indexOf(delimiter, end);
            String section = new String(text.substring(headers, end).getBytes(ISO_8859_1), UTF_8);
            switch (FormField.of(section, "model")) {
                case OTHER -> requireNoPlainModel(section);
                case UNCLEAR -> {
                    return REFUSED;
                }
                case EXACTLY -> {
                    if (modelSeen) {
                        return REFUSED;
                    }
                    modelSeen = true;
                    if (at >= 0) {
                        out.append(text, copyFrom, end).append(MODEL);
                        copyFrom = at;
                    }
                }
            }
        }
        return REFUSED;
    }

    /** As simple readers look for it. */
    private static void requireNoPlainModel(String headers) {
        assertThat(PLAIN_MODEL.matcher(headers).find()).as(headers).isFalse();
    }
}
