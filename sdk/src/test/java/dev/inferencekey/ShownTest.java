package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What results look like in a log. */
class ShownTest {
    // Made up; they open nothing.
    private static final String SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private static final String TOKEN = "ik_sdk_a1b2c3d4_" + SECRET;
    private static final String KEY = "ik_live_a1b2c3d4_" + SECRET;

    private static final RawJson RAW = new RawJson("{\"private\":1}");
    private static final Usage USAGE = new Usage(3, 4, 7);

    @Test
    void everyResultCanBeRead() {
        TextResult text =
                new TextResult("Your order\narrives tomorrow.", List.of(), null, null, "gemma", "stop", USAGE, RAW);

        assertThat(text)
                .hasToString("TextResult[\"Your order arrives tomorrow.\", model=gemma, finishReason=stop,"
                        + " usage=Usage[inputTokens=3, outputTokens=4, totalTokens=7]]");
        assertThat(new TextChunk("Your", List.of(), null, null, RAW)).hasToString("TextChunk[\"Your\"]");
        assertThat(new EmbedResult(List.of(new float[3], new float[3]), "nomic", null, RAW))
                .hasToString("EmbedResult[2 vectors of 3 numbers, model=nomic, usage=null]");
        assertThat(new RerankResult(List.of(new RerankResult.Ranked(1, 0.5, "Madrid")), "bge", RAW))
                .hasToString("RerankResult[[Ranked[1, 0.5, \"Madrid\"]], model=bge]");
        assertThat(new ToolRun(text, List.of(), 2, null)).hasToString("ToolRun[" + text + ", rounds=2, usage=null]");
        assertThat(new TranscriptionResult.Segment(Duration.ZERO, Duration.ofSeconds(2), "Hi"))
                .hasToString("Segment[PT0S to PT2S, \"Hi\"]");
        assertThat(new Job("j", "failed", null, null, null, null, null, "no\nmemory", RAW))
                .hasToString("Job[j, failed, no memory]");
    }

    @Test
    void nothingIsLongOrShowsACredential() {
        String text = "x".repeat(790) + KEY;

        String shown = List.of(
                        new TextResult(KEY, List.of(), null, null, KEY, TOKEN, null, RAW),
                        new TextResult("y".repeat(40) + KEY, List.of(), null, null, text, text, null, RAW),
                        new TextChunk("", List.of(ToolCall.of(KEY, KEY, KEY)), null, KEY, RAW),
                        new RerankResult(Collections.nCopies(500, new RerankResult.Ranked(1, 1, KEY)), text, RAW),
                        new TranscriptionResult(KEY, KEY, null, List.of(), null, null),
                        new SpeechResult(new byte[1], KEY),
                        new GeneratedImage(null, "https://x/?k=" + KEY, KEY, null),
                        new Job(KEY, KEY, null, null, null, null, null, KEY, RAW))
                .toString();

        assertThat(shown).hasSizeLessThan(3_000).contains("and 490 more]");
        assertThat(shown).doesNotContain(SECRET, SECRET.substring(0, 16), "private");
    }
}
