package dev.inferencekey.langchain4j;

import dev.inferencekey.InferenceKeyException;
import dev.inferencekey.TransportException;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.RetriableException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnresolvedModelServerException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** This client's exceptions as LangChain4j's: those that applications, routers and guardrails know. Stateless. */
final class Errors {
    private static final int DEEPEST = 32;

    private Errors() {}

    /** Runs a call, and throws what goes wrong as LangChain4j's exceptions. */
    static <T> T mapped(Supplier<T> call) {
        try {
            return call.get();
        } catch (InferenceKeyException e) {
            throw of(e);
        }
    }

    /** The exception to throw in place of another, which is its cause; or that other if it is none of this client's. */
    static Throwable of(Throwable failure) {
        return failure instanceof InferenceKeyException known ? of(known) : failure;
    }

    private static LangChain4jException of(InferenceKeyException failure) {
        String message = failure.getMessage();
        int status = failure.statusCode();
        if (failure instanceof TransportException transport) {
            return of(transport, message);
        }
        return switch (status) {
            // Refused by the client before anything was sent.
            case 0 -> new InvalidRequestException(message, failure);
            case 401, 403 -> new AuthenticationException(message, failure);
            case 404 -> new ModelNotFoundException(message, failure);
            case 408, 504 -> new TimeoutException(message, failure);
            case 429 -> new RateLimitException(message, failure);
            default ->
                status >= 400 && status < 500
                        ? new InvalidRequestException(message, failure)
                        // 500 and above; and 2xx with an answer that can't be read, or that ends with an error.
                        : new InternalServerException(message, failure);
        };
    }

    private static LangChain4jException of(TransportException failure, @Nullable String message) {
        if (failure.isTimeout()) {
            return new TimeoutException(message, failure);
        }
        Throwable cause = failure.getCause();
        for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
            if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
                return new UnresolvedModelServerException(message, failure);
            }
            if (cause instanceof InterruptedException) {
                return new LangChain4jException(message, failure);
            }
            cause = cause.getCause();
        }
        return new RetriableException(message, failure);
    }
}
