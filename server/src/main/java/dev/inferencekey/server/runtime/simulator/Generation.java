package dev.inferencekey.server.runtime.simulator;

import java.io.IOException;

/**
 * Brings forth the tokens of one answer at the configured pace, and lets the server die in the midst of it where the dice say so.
 * Used by one thread.
 */
final class Generation {
    /** Receives tokens as they come. */
    @FunctionalInterface
    interface TokenSink {
        void accept(String token) throws IOException;
    }

    private final SimulatorConfig config;
    private final Pace pace;
    private final double crashPoint;
    private final Runnable crash;
    private final long begun;

    /**
     * @param crashPoint after which share of the answer the server dies, 0 to 1; negative if it does not
     * @param crash lets it die
     */
    Generation(SimulatorConfig config, Pace pace, double crashPoint, Runnable crash) {
        this.config = config;
        this.pace = pace;
        this.crashPoint = crashPoint;
        this.crash = crash;
        this.begun = pace.nanoTime();
    }

    /** What is answered to the prompt; {@code limit} is the most that the request allows, 0 for no limit. */
    SimulatedText textFor(String prompt, int limit) {
        return SimulatedText.answer(prompt, config.outputTokens(), limit == 0 ? null : limit);
    }

    /** Waits for the first token and hands out all of them, each when it is due. */
    void produce(SimulatedText text, TokenSink sink) throws IOException, InterruptedException {
        int count = text.tokens().size();
        int crashBefore = crashPoint < 0 ? count : (int) (crashPoint * count);
        for (int i = 0; i < count; i++) {
            if (i == crashBefore) {
                die();
            }
            pace.until(due(i));
            sink.accept(text.tokens().get(i));
        }
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
