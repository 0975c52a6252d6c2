package dev.inferencekey.server.runtime.simulator;

import java.io.IOException;
import java.util.List;

/**
 * Produces the tokens of one answer at the configured pace, and lets the server die in the middle of it where the dice say so.
 * Used by one thread.
 */
final class Generation {
    /** Receives tokens as they come. */
    @FunctionalInterface
    interface TokenSink {
        /** @param at which of the text's tokens it is */
        void accept(int text, int at) throws IOException;
    }

    private final SimulatorConfig config;
    private final Pace pace;
    private final double crashPoint;
    private final Runnable crash;
    private final TokenCount count;
    private final long begun;

    /**
     * @param crashPoint after which share of the answer the server dies, 0 to 1; negative if it does not
     * @param crash lets it die
     * @param count of the server, to be added to
     */
    Generation(SimulatorConfig config, Pace pace, double crashPoint, Runnable crash, TokenCount count) {
        this.config = config;
        this.pace = pace;
        this.crashPoint = crashPoint;
        this.crash = crash;
        this.count = count;
        this.begun = pace.nanoTime();
    }

    SimulatorConfig config() {
        return config;
    }

    /** Notes that so many tokens of a prompt were read. */
    void read(int tokens) {
        count.addRead(tokens);
    }

    /** Waits for the first token and hands out all of them, each when it is due; several texts side by side. */
    void produce(List<SimulatedText> texts, TokenSink sink) throws IOException, InterruptedException {
        int[] handedOut = new int[texts.size()];
        boolean whole = false;
        try {
            handOut(texts, (which, at) -> {
                handedOut[which]++;
                sink.accept(which, at);
            });
            whole = true;
        } finally {
            for (int which = 0; which < handedOut.length; which++) {
                count.addGenerated(whole ? texts.get(which).generated() : handedOut[which]);
            }
        }
    }

    private void handOut(List<SimulatedText> texts, TokenSink sink) throws IOException, InterruptedException {
        int longest =
                texts.stream().mapToInt(text -> text.tokens().size()).max().orElse(0);
        int crashBefore = crashPoint < 0 ? longest : (int) (crashPoint * longest);
        if (longest == 0) {
            pace.until(due(0));
        }
        for (int i = 0; i < longest; i++) {
            if (i == crashBefore) {
                die();
            }
            pace.until(due(i));
            for (int text = 0; text < texts.size(); text++) {
                if (i < texts.get(text).tokens().size()) {
                    sink.accept(text, i);
                }
            }
        }
    }

    /** Waits as long as the answer takes. */
    void produce(SimulatedText text) throws IOException, InterruptedException {
        produce(List.of(text), (which, at) -> {});
    }

    /** Waits as long as an answer of one token takes. */
    void produceWhole() throws IOException, InterruptedException {
        pace.until(due(0));
        if (crashPoint >= 0) {
            die();
        }
    }

    private long due(int token) {
        long between = (long) (token * 1e9 / config.tokensPerSecond());
        return begun + config.timeToFirstToken().toNanos() + between;
    }

    private void die() throws IOException {
        crash.run();
        throw new IOException("simulated crash");
    }
}
