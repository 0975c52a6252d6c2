package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MultipartBodyRewriterTest {
    private static final String FILE =
            "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"model\"\r\nContent-Type: audio/wav\r\n\r\n\r\n--Bxno\r\n-\r\n--\r\n\u0000\u00ff\r\n";

    private static String rewrite(String body, long seed) {
        MultipartBodyRewriter rewriter =
                MultipartBodyRewriter.of("multipart/form-data; boundary=B").orElseThrow();
        RewrittenBody out = new RewrittenBody(UnpooledByteBufAllocator.DEFAULT);
        boolean sound = true;
        for (ByteBuf piece : new RandomJson(new Random(seed)).cut(body.getBytes(ISO_8859_1))) {
            sound = sound && rewriter.feed(piece, out);
        }
        ByteBuf whole = Unpooled.buffer();
        out.appendTo(whole, "served".getBytes(UTF_8));
        out.release();
        return sound && rewriter.complete() ? whole.toString(ISO_8859_1) : "refused";
    }

    private static String model(String disposition, String value) {
        return "--B\r\n" + disposition + "\r\n\r\n" + value;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Disposition: form-data; name=\"model\"",
                "content-disposition:form-data;name=model",
                "Content-Disposition: form-data; flag; name=\"model\"",
                "Content-Disposition: form-data; x=\"\\\"; \" ; name=\"model\"",
                "Content-Disposition: form-data;\r\n\tname=\"model\"",
                "Content-Type: text/plain\r\nCONTENT-DISPOSITION: form-data; name=\"model\"",
            })
    void replacesTheModelAndNoOtherByteInAnyPieces(String disposition) {
        String file = FILE.replace("--Bxno", "--Cxno");
        for (int seed = 0; seed < 500; seed++) {
            for (String value : new String[] {"bot", "", "\r\n", "a\r\n--\r", "x".repeat(500)}) {
                String body = file + model(disposition, value) + "\r\n" + file + "--B--\r\nepilogue --B";
                assertThat(rewrite(body, seed))
                        .isEqualTo(file + model(disposition, "served") + "\r\n" + file + "--B--\r\nepilogue --B");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Disposition: form-data; name=\"models\"",
                "Content-Disposition: form-data; name=\"x; name=model\"",
                "Content-Disposition: form-data; name=\"file\"; filename=\"model\"",
                "Content-Disposition: form-data; name=\"file\"; filename=\"C:\\model\\\"",
                "X-Other: form-data; name=\"model\"",
            })
    void leavesOtherPartsAloneAndPutsTheModelIn(String disposition) {
        String body = model(disposition, "bot") + "\r\n--B";
        for (int seed = 0; seed < 50; seed++) {
            assertThat(rewrite(body + "--", seed))
                    .isEqualTo(body + "\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nserved\r\n--B--");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Disposition: form-data; name=\"model\"; filename=\"x\"",
                "Content-Disposition: form-data; filename*=UTF-8''x; name=model",
                "Content-Disposition: form-data; name=\"Model\"",
                "Content-Disposition: form-data; name=\" model\"",
                "Content-Disposition: form-data; NAME=MODEL",
                "Content-Disposition: form-data; name=\"mod\\el\"",
                "Content-Disposition: form-data; name=\"%6dodel\"",
                "Content-Disposition: form-data; name*=UTF-8''model",
                "Content-Disposition: form-data; name*=UTF-8'en'%6Dodel",
                "Content-Disposition: form-data; name=\"x\"; name=\"model\"",
                "Content-Disposition: form-data; name=\"model\"; name=\"x\"",
                "Content-Disposition: form-data; name=\"x\"\r\nContent-Disposition: form-data; name=\"model\"",
                "Content-Disposition: form-data; x=\"\\\"; y=\"; name=model; z=\"\"",
                "Content-Disposition: form-data; x=\"\\\"; name=model; y=\"",
            })
    void refusesAPartThatSomeReadersTakeForTheModel(String disposition) {
        assertThat(rewrite(model(disposition, "bot") + "\r\n--B--", 3)).isEqualTo("refused");
    }

    @Test
    void refusesASecondModel() {
        String one = model("Content-Disposition: form-data; name=\"model\"", "bot");
        assertThat(rewrite(one + "\r\n--B--", 3)).isNotEqualTo("refused");
        assertThat(rewrite(one + "\r\n" + one + "\r\n--B--", 3)).isEqualTo("refused");
    }

    @Test
    void tellsByHowMuchTheBodyGrowsOnceTheModelHasPassed() {
        MultipartBodyRewriter rewriter =
                MultipartBodyRewriter.of("multipart/form-data; boundary=B").orElseThrow();
        RewrittenBody out = new RewrittenBody(UnpooledByteBufAllocator.DEFAULT);
        String body = model("Content-Disposition: form-data; name=\"model\"", "b\r\n-t") + "\r\n--B\r\nA: b\r\n\r\n";
        int known = body.indexOf("\r\n--B\r\nA") + 5;
        for (int i = 0; i < body.length(); i++) {
            assertThat(rewriter.growth(10)).isEqualTo(i < known ? -1 : 5);
            assertThat(rewriter.feed(Unpooled.wrappedBuffer(new byte[] {(byte) body.charAt(i)}), out))
                    .isTrue();
        }
        out.release();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no delimiter",
                "--B\r\nA: b\r\n\r\ncut off",
                "--B\r\nA: b",
                "--Bjunk\r\n\r\n",
                "--B-x\r\n",
                "--B-\nA: b\r\n\r\nx\r\n--B--"
            })
    void refusesWhatIsCutOffOrNoMultipart(String body) {
        assertThat(rewrite(body, 1)).isEqualTo("refused");
    }

    @Test
    void refusesAnEndlessHeaderSection() {
        assertThat(rewrite("--B\r\nA: " + "x".repeat(10_000) + "\r\n\r\n\r\n--B--", 1))
                .isEqualTo("refused");
    }

    @Test
    void readsTheBoundary() {
        assertThat(MultipartBodyRewriter.of("multipart/form-data; charset=utf-8; boundary=\"a b\""))
                .isPresent();
        assertThat(MultipartBodyRewriter.of("multipart/form-data")).isEmpty();
        assertThat(MultipartBodyRewriter.of("multipart/form-data; boundary=a; boundary=b"))
                .isEmpty();
        assertThat(MultipartBodyRewriter.of("multipart/form-data; boundary=\u00e9; boundary=b"))
                .isEmpty();
        assertThat(MultipartBodyRewriter.of("multipart/form-data; x=\"; boundary=a;\"; boundary=b"))
                .isEmpty();
        assertThat(MultipartBodyRewriter.of("multipart/form-data; boundary=")).isEmpty();
        assertThat(MultipartBodyRewriter.of("multipart/form-data; boundary=" + "x".repeat(71)))
                .isEmpty();
        assertThat(MultipartBodyRewriter.of("multipart/form-data; boundary=\"a\rb\""))
                .isEmpty();
        // Not a line end to other readers, but a part of the boundary.
        assertThat(MultipartBodyRewriter.of("multipart/form-data; boundary=a\u0085"))
                .isEmpty();
    }
}
