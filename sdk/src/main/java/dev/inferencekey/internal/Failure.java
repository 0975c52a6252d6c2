package dev.inferencekey.internal;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Tells kinds of broken calls apart. */
public final class Failure {
    private Failure() {}

    /** The failure without the wrappings that futures add. */
    public static Throwable unwrap(Throwable failure) {
        Throwable inner = failure;
        while ((inner instanceof CompletionException || inner instanceof ExecutionException)
                && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }

    /** Whether no connection came about, so that the server can't have seen anything of the call. */
    public static boolean nothingSent(Throwable failure) {
        return failure instanceof ConnectException
                || failure instanceof HttpConnectTimeoutException
                || failure instanceof NoRouteToHostException
                || isUnknownHost(failure);
    }

    /** Whether the host's name has no address. */
    public static boolean isUnknownHost(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof UnresolvedAddressException || each instanceof UnknownHostException) {
                return true;
            }
        }
        return false;
    }

    /** Whether a call that does no harm twice is worth trying again: no connection came about, or it was lost. */
    public static boolean isTransient(Throwable failure) {
        return nothingSent(failure) || connectionLost(failure);
    }

    /** Whether an answer with this status says that the server may do better in a moment. */
    public static boolean isTransient(int status) {
        return status == 502 || status == 503 || status == 504;
    }

    /** {@link #isTransient(int)}, or too many requests. */
    public static boolean isOverloaded(int status) {
        return status == 429 || isTransient(status);
    }

    /** A refused certificate or an answer that is no HTTP would only come again. */
    private static boolean connectionLost(Throwable failure) {
        return failure instanceof IOException
                && !(failure instanceof SSLException)
                && !(failure instanceof ProtocolException)
                && !(failure instanceof CallTimeoutException)
                && !(failure instanceof ClientClosedException);
    }

    /** {@code failure} or the nearest of its causes that says something. */
    public static @Nullable String message(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            String message = each.getMessage();
            if (message != null && !message.isBlank()) {
                return message;
            }
        }
        return null;
    }
}
