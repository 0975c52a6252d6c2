package dev.inferencekey.engine.http;

import dev.inferencekey.engine.http.AnswerShape.Finished;
import dev.inferencekey.engine.llama.Answer;
import dev.inferencekey.engine.llama.FinishReason;
import dev.inferencekey.engine.llama.InferenceException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Sends answers while they are generated, one after the other, and ends the generation when their caller goes away.
 *
 * <p>The only way to notice is to write. A stream writes with each token. What is sent whole writes a space
 * each second, which JSON allows before a value, so that nobody's tokens are not generated to the end; short answers,
 * and so almost all, have no such space and an announced length.
 *
 * @param ticker nanoseconds from any origin
 * @param counters told what was read and generated, before its caller has the end of the answer
 */
record AnswerWriter(LongSupplier ticker, TokenCounters counters) {
    private static final long HEARTBEAT_NANOS = Duration.ofSeconds(1).toNanos();

    /** The answers of one request. */
    interface Answers {
        /** How many there are. */
        int count();

        /** Starts to generate the answer at {@code index}. */
        Answer start(int index);

        /** The functions that an answer may call. */
        List<String> functions();

        /** The tokens of all prompts. */
        int promptTokens();
    }

    void stream(Answers answers, AnswerShape shape, boolean includeUsage, Exchange exchange)
            throws IOException, InterruptedException {
        int generated = 0;
        for (int index = 0; index < answers.count(); index++) {
            try (Answer answer = answers.start(index)) {
                // Wait for the first token before the status is sent: what fails until then still gets an error status.
                Optional<String> first = answer.next();
                if (index == 0) {
                    exchange.header("Cache-Control", "no-cache");
                    exchange.start("text/event-stream");
                }
                streamOne(answer, first, new CallReader(answers.functions()), index, shape, exchange);
                generated += answer.tokens();
                count(answers, index, answer);
            } catch (InferenceException e) {
                if (exchange.started()) {
                    exchange.event(Exchange.errorObject(ApiException.internal()));
                }
                throw e;
            }
        }
        exchange.events(shape.end(new Usage(answers.promptTokens(), generated), includeUsage));
        if (shape.endsWithDone()) {
            exchange.write("data: [DONE]\n\n");
        }
    }

    private void count(Answers answers, int index, Answer answer) {
        if (index == 0) {
            counters.addPrompt(answers.promptTokens());
        }
        counters.addPredicted(answer.tokens());
    }

    private static void streamOne(
            Answer answer, Optional<String> first, CallReader reader, int index, AnswerShape shape, Exchange exchange)
            throws IOException, InterruptedException {
        StringBuilder text = new StringBuilder();
        boolean opened = false;
        for (Optional<String> piece = first; piece.isPresent(); piece = answer.next()) {
            String passed = reader.accept(piece.get());
            if (reader.decided() && !opened) {
                opened = true;
                exchange.events(shape.opening(index, reader.tool()));
            }
            if (!passed.isEmpty()) {
                text.append(passed);
                exchange.event(shape.piece(index, passed, reader.tool() != null));
            }
        }
        String rest = reader.rest(answer.finishReason() == FinishReason.STOP);
        if (!opened) {
            exchange.events(shape.opening(index, null));
        }
        if (!rest.isEmpty()) {
            text.append(rest);
            exchange.event(shape.piece(index, rest, reader.tool() != null));
        }
        exchange.events(shape.closing(index, new Finished(reader.tool(), text.toString(), answer.finishReason())));
    }

    void whole(Answers answers, AnswerShape shape, Exchange exchange) throws IOException, InterruptedException {
        List<Finished> finished = new ArrayList<>();
        int generated = 0;
        long last = ticker.getAsLong();
        for (int index = 0; index < answers.count(); index++) {
            CallReader reader = new CallReader(answers.functions());
            StringBuilder text = new StringBuilder();
            try (Answer answer = answers.start(index)) {
                for (Optional<String> piece = answer.next(); piece.isPresent(); piece = answer.next()) {
                    text.append(reader.accept(piece.get()));
                    long now = ticker.getAsLong();
                    if (now - last >= HEARTBEAT_NANOS) {
                        last = now;
                        if (!exchange.started()) {
                            exchange.start("application/json");
                        }
                        exchange.write(" ");
                    }
                }
                text.append(reader.rest(answer.finishReason() == FinishReason.STOP));
                finished.add(new Finished(reader.tool(), text.toString(), answer.finishReason()));
                generated += answer.tokens();
                count(answers, index, answer);
            }
        }
        ObjectNode object = shape.whole(finished, new Usage(answers.promptTokens(), generated));
        if (exchange.started()) {
            exchange.write(JsonMapper.shared().writeValueAsString(object));
        } else {
            exchange.sendJson(200, object);
        }
    }
}
