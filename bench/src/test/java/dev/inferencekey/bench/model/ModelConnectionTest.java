package dev.inferencekey.bench.model;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ModelConnectionTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();

    ModelConnectionTest() {
        channel.pipeline().addLast(new ModelConnection(new Metronome(channel.eventLoop())));
    }

    @AfterEach
    void finish() {
        channel.finishAndReleaseAll();
    }

    @Test
    void aSingleAnswerHasTheStatedSizeAndItsUsage() {
        send("POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}");

        String answer = received();

        assertThat(answer).startsWith("HTTP/1.1 200 OK").contains("\"usage\":{");
        assertThat(answer.substring(answer.indexOf("\r\n\r\n") + 4)).hasSize(Answers.BODY_BYTES);
    }

    @Test
    void requestsAreFoundHoweverTheyAreCut() {
        String two = "POST /a HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc"
                + "POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n";
        for (int cut = 1; cut < two.length(); cut++) {
            send(two.substring(0, cut));
            send(two.substring(cut));

            assertThat(received().split("HTTP/1.1 200 OK", -1))
                    .as("cut at %d", cut)
                    .hasSize(3);
        }
    }

    @Test
    void aStreamIsPacedByThePromptAndEnds() {
        Pace pace = new Pace(1, 20, 0);
        String body = "{\"messages\":[{\"content\":\"" + pace.text() + "\"}],\"stream\":true}";
        send("POST /a HTTP/1.1\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);

        String answer = received();

        assertThat(answer)
                .contains("text/event-stream", "\"usage\":{", "data: [DONE]\n\n")
                .endsWith("0\r\n\r\n");
    }

    @Test
    void aChunkTellsWhenItWasSent() {
        ByteBuf chunk = Answers.CHUNK.copy();
        Stamp.write(chunk, Answers.STAMP_AT, 1_234_567_890_123L);

        int end = Stamp.after(chunk, 0, chunk.writerIndex());

        assertThat(Stamp.read(chunk, end)).isEqualTo(1_234_567_890_123L);
        assertThat(chunk.toString(US_ASCII)).contains("\"content\":\"0000001234567890123\"");
        assertThat(Stamp.after(chunk, end, chunk.writerIndex())).isEqualTo(-1);
        chunk.release();
    }

    @Test
    void aPaceIsReadBackFromItsText() {
        assertThat(Pace.find("… " + new Pace(7, 30, 100).text() + " …")).isEqualTo(new Pace(7, 30, 100));
        assertThat(Pace.find("no pace")).isEqualTo(new Pace(10, 20, 0));
    }

    @Test
    void theBodyIsSentBackOnRequest() {
        send("POST /a HTTP/1.1\r\nX-Bench-Echo: 1\r\nContent-Length: 3\r\n\r\nabc");

        assertThat(received()).endsWith("\r\n\r\nabc");
    }

    private void send(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, US_ASCII));
    }

    private String received() {
        StringBuilder all = new StringBuilder();
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            all.append(next.toString(US_ASCII));
            next.release();
        }
        return all.toString();
    }
}
