package dev.inferencekey.engine.http;

import dev.inferencekey.engine.llama.Answer;
import dev.inferencekey.engine.llama.InferenceException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Sends an answer while it is generated, and ends the generation when its caller goes away.
 *
 * <p>The only way to notice is to write. A stream writes with each token. An answer that is sent whole writes a space
 * each second, which JSON allows before a value, so that nobody's tokens are not generated to the end; short answers,
 * and so almost all, have no such space and an announced length.
 *
 * @param ticker nanoseconds from any origin
 */
record AnswerWriter(LongSupplier ticker) {
    private static final long HEARTBEAT_NANOS = Duration.ofSeconds(1).toNanos();

    void stream(Answer answer, AnswerShape shape, int promptTokens, boolean includeUsage, Exchange exchange)
            throws IOException, InterruptedException {
        // Wait for the first token before the status is sent: what fails until then still gets an error status.
        Optional<String> piece = answer.next();
        exchange.header("Cache-Control", "no-cache");
        exchange.start("text/event-stream");
        @Nullable ObjectNode opening = shape.opening();
        if (opening != null) {
            exchange.event(opening);
        }
        while (piece.isPresent()) {
            exchange.event(shape.piece(piece.get()));
            try {
                piece = answer.next();
            } catch (InferenceException e) {
                exchange.event(Exchange.errorObject(ApiException.internal()));
                throw e;
            }
        }
        exchange.event(shape.closing(answer.finishReason()));
        if (includeUsage) {
            exchange.event(shape.usage(new Usage(promptTokens, answer.tokens())));
        }
        exchange.write("data: [DONE]\n\n");
    }

    void whole(Answer answer, AnswerShape shape, int promptTokens, Exchange exchange)
            throws IOException, InterruptedException {
        StringBuilder text = new StringBuilder();
        long last = ticker.getAsLong();
        for (Optional<String> piece = answer.next(); piece.isPresent(); piece = answer.next()) {
            text.append(piece.get());
            long now = ticker.getAsLong();
            if (now - last >= HEARTBEAT_NANOS) {
                last = now;
                if (!exchange.started()) {
                    exchange.start("application/json");
                }
                exchange.write(" ");
            }
        }
        ObjectNode object =
                shape.whole(text.toString(), answer.finishReason(), new Usage(promptTokens, answer.tokens()));
        if (exchange.started()) {
            exchange.write(JsonMapper.shared().writeValueAsString(object));
        } else {
            exchange.sendJson(200, object);
        }
    }
}
