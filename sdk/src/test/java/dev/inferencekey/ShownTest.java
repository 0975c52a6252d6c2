package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What results look like in a log. */
class ShownTest {
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
        String text = "x".repeat(790) + Clients.KEY;

        String shown = List.of(
                        new TextResult(Clients.KEY, List.of(), null, null, Clients.KEY, Clients.TOKEN, null, RAW),
                        new TextResult("y".repeat(40) + Clients.KEY, List.of(), null, null, text, text, null, RAW),
                        new TextChunk(
                                "",
                                List.of(ToolCall.of(Clients.KEY, Clients.KEY, Clients.KEY)),
                                null,
                                Clients.KEY,
                                RAW),
                        new RerankResult(
                                Collections.nCopies(500, new RerankResult.Ranked(1, 1, Clients.KEY)), text, RAW),
                        new TranscriptionResult(Clients.KEY, Clients.KEY, null, List.of(), null, null),
                        new SpeechResult(new byte[1], Clients.KEY),
                        new GeneratedImage(null, "https://x/?k=" + Clients.KEY, Clients.KEY, null),
                        new Job(Clients.KEY, Clients.KEY, null, null, null, null, null, Clients.KEY, RAW))
                .toString();

        assertThat(shown).hasSizeLessThan(3_000).contains("and 490 more]");
        assertThat(shown).doesNotContain(Clients.SECRET, Clients.SECRET.substring(0, 16), "private");
    }
}
