package dev.inferencekey.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Streams on a raw socket, on an engine with one slot and room for minutes of generating. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("slow")
final class StreamTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String ENDLESS = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"ignore_eos\":true";

    private EngineProcess engine;

    @BeforeAll
    void start(@TempDir Path folder) {
        engine = EngineProcess.startTiny(folder, "-c", "65536", "-np", "1");
    }

    @AfterAll
    void stop() {
        engine.close();
    }

    @Test
    void sendsEachTokenInAChunkOfItsOwnAndEndsWithUsageAndDone() throws Exception {
        List<String> chunks = new ArrayList<>();
        try (RawStream stream = open(
                CHAT,
                "{" + ENDLESS + ",\"max_tokens\":6,\"stream\":true,\"stream_options\":{\"include_usage\":true}}")) {
            for (String chunk = stream.nextChunk(); !chunk.isEmpty(); chunk = stream.nextChunk()) {
                chunks.add(chunk);
            }
        }

        // Role, six tokens, finish reason, usage, [DONE].
        assertThat(chunks).hasSize(10).allMatch(chunk -> chunk.startsWith("data: ") && chunk.endsWith("\n\n"));
        assertThat(chunks.getLast()).isEqualTo("data: [DONE]\n\n");
        assertThat(delta(chunks.getFirst()).path("role").stringValue()).isEqualTo("assistant");
        for (String chunk : chunks.subList(1, 7)) {
            assertThat(delta(chunk).path("content").stringValue()).isNotEmpty();
            assertThat(json(chunk).path("object").stringValue()).isEqualTo("chat.completion.chunk");
            assertThat(json(chunk).path("id")).isEqualTo(json(chunks.getFirst()).path("id"));
        }
        JsonNode last = json(chunks.get(7)).path("choices").get(0);
        assertThat(last.path("finish_reason").stringValue()).isEqualTo("length");
        assertThat(last.path("delta")).isEmpty();
        assertThat(json(chunks.get(8)).path("choices")).isEmpty();
        assertThat(json(chunks.get(8)).path("usage").path("completion_tokens").intValue())
                .isEqualTo(6);
    }

    @Test
    void leavesUsageAwayUnlessAskedAndStreamsPlainCompletions() throws Exception {
        List<String> chunks = new ArrayList<>();
        try (RawStream stream = open(
                "/v1/completions", "{\"prompt\":\"the house\",\"ignore_eos\":true,\"max_tokens\":3,\"stream\":true}")) {
            for (String chunk = stream.nextChunk(); !chunk.isEmpty(); chunk = stream.nextChunk()) {
                chunks.add(chunk);
            }
        }

        assertThat(chunks).hasSize(5).noneMatch(chunk -> chunk.contains("usage"));
        assertThat(json(chunks.getFirst()).path("choices").get(0).path("text").stringValue())
                .isNotEmpty();
    }

    @Test
    void aReaderWhoLeavesFreesTheSlotAtOnce() throws Exception {
        try (RawStream stream = open(CHAT, "{" + ENDLESS + ",\"stream\":true}")) {
            // Tokens arrive while the rest, minutes of it, is still to be generated.
            for (int i = 0; i < 5; i++) {
                assertThat(stream.nextChunk()).startsWith("data: ");
            }
            stream.reset();
        }

        assertThat(engine.ask(CHAT, "{" + ENDLESS + ",\"max_tokens\":2}")
                        .path("usage")
                        .path("completion_tokens")
                        .intValue())
                .isEqualTo(2);
    }

    @Test
    void aCallerWhoLeavesBeforeAWholeAnswerFreesTheSlotAsWell() throws Exception {
        try (RawStream stream = open(CHAT, "{" + ENDLESS + "}")) {
            // The spaces that keep asking whether the caller is still there.
            assertThat(stream.nextChunk()).isEqualTo(" ");
            stream.reset();
        }

        assertThat(engine.ask(CHAT, "{" + ENDLESS + ",\"max_tokens\":2}")
                        .path("usage")
                        .path("completion_tokens")
                        .intValue())
                .isEqualTo(2);
    }

    private RawStream open(String path, String body) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), engine.port());
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head = "POST " + path + " HTTP/1.1\r\nHost: engine\r\nAuthorization: Bearer " + EngineProcess.SECRET
                + "\r\nContent-Type: application/json\r\nContent-Length: " + bytes.length + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(bytes);
        RawStream stream = new RawStream(socket, new BufferedInputStream(socket.getInputStream()));
        assertThat(stream.line()).isEqualTo("HTTP/1.1 200 OK");
        while (!stream.line().isEmpty()) {
            // Headers are of no interest here.
        }
        return stream;
    }

    private static JsonNode json(String chunk) {
        return EngineProcess.JSON.readTree(chunk.substring("data: ".length()));
    }

    private static JsonNode delta(String chunk) {
        return json(chunk).path("choices").get(0).path("delta");
    }

    private record RawStream(Socket socket, InputStream in) implements AutoCloseable {
        /** The next chunk of the chunked body; empty at its end. */
        String nextChunk() throws IOException {
            int size = Integer.parseInt(line(), 16);
            String chunk = new String(in.readNBytes(size), StandardCharsets.UTF_8);
            line();
            return chunk;
        }

        String line() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
                if (next != '\r') {
                    line.write(next);
                }
            }
            return line.toString(StandardCharsets.UTF_8);
        }

        void reset() throws IOException {
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
