package dev.inferencekey.bench.load;

import dev.inferencekey.bench.contender.Bench;
import dev.inferencekey.bench.model.Pace;

/** What is asked: chat completions as OpenAI's clients write them, {@code model} first. */
public final class Bodies {
    /** Of a request for a single answer, bytes. */
    public static final int SINGLE_BYTES = 1_024;

    private static final String HEAD = "{\"model\":\"" + Bench.WORKLOAD + "\",\"messages\":["
            + "{\"role\":\"system\",\"content\":\"You are a support assistant. Answer briefly and name your sources.\"},"
            + "{\"role\":\"user\",\"content\":\"";
    private static final String TAIL = "\"}],\"temperature\":0.2,\"max_tokens\":400";

    private Bodies() {}

    /** One of {@value #SINGLE_BYTES} bytes. */
    public static String single() {
        String words = "My order arrived with a broken lid, and I would like to know how to return it. ";
        int room = SINGLE_BYTES - HEAD.length() - TAIL.length() - 1;
        return HEAD + words.repeat(room / words.length() + 1).substring(0, room) + TAIL + "}";
    }

    /** One that is answered as a stream. */
    public static String streamed(Pace pace) {
        return HEAD + pace.text() + TAIL + ",\"stream\":true}";
    }
}
