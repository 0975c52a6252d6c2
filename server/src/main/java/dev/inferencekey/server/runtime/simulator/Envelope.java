package dev.inferencekey.server.runtime.simulator;

import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.node.ObjectNode;

/** What the answers of one simulated server have in common. Thread-safe. */
final class Envelope {
    private final String model;
    private final InstantSource clock;
    private final AtomicLong count = new AtomicLong();

    Envelope(String model, InstantSource clock) {
        this.model = model;
        this.clock = clock;
    }

    /** The model's name, which says that it is simulated. */
    String model() {
        return model;
    }

    /** Seconds since 1970. */
    long now() {
        return clock.instant().getEpochSecond();
    }

    /** An id that nothing else here has. */
    String nextId(String prefix) {
        return prefix + "-simulated-" + count.incrementAndGet();
    }

    /** The head of an answer: id, type, time and model. */
    ObjectNode head(String idPrefix, String object) {
        return Call.JSON
                .createObjectNode()
                .put("id", nextId(idPrefix))
                .put("object", object)
                .put("created", now())
                .put("model", model);
    }

    /** The token counts of chats and completions; each prompt counts once, however many answers it got. */
    static void putUsage(ObjectNode answer, List<SimulatedText> texts, int answersPerPrompt) {
        int read = 0;
        int generated = 0;
        for (int i = 0; i < texts.size(); i++) {
            read += i % answersPerPrompt == 0 ? texts.get(i).promptTokens() : 0;
            generated += texts.get(i).generated();
        }
        ObjectNode usage = answer.putObject("usage")
                .put("prompt_tokens", read)
                .put("completion_tokens", generated)
                .put("total_tokens", read + generated);
        usage.putObject("prompt_tokens_details").put("cached_tokens", 0);
        usage.putObject("completion_tokens_details").put("reasoning_tokens", 0);
    }

    /** The token counts of what only reads. */
    static void putInputUsage(ObjectNode answer, int tokens) {
        answer.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
    }
}
