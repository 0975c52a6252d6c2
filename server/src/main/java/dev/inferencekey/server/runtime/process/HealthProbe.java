package dev.inferencekey.server.runtime.process;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Asks a model server how it is. Thread-safe. */
final class HealthProbe {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final int NOTHING = 0;
    private static final int NO_ANSWER = -1;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(TIMEOUT)
            .build();

    /** What a look at a starting engine shows. */
    enum Health {
        NOT_LISTENING,
        LOADING,
        READY,
        /** It answers callers that do not show its secret. */
        UNPROTECTED
    }

    Health look(EngineRecipe recipe, URI base, String secret) throws InterruptedException {
        int health = status(base.resolve(recipe.healthPath()), null);
        if (health == NOTHING) {
            return Health.NOT_LISTENING;
        }
        if (health == NO_ANSWER || health >= 500) {
            return Health.LOADING;
        }
        String protectedPath = recipe.protectedPath();
        if (protectedPath == null) {
            return Health.READY;
        }
        int withoutSecret = status(base.resolve(protectedPath), null);
        if (withoutSecret != 401 && withoutSecret != 403) {
            return withoutSecret == NO_ANSWER || withoutSecret >= 500 ? Health.LOADING : Health.UNPROTECTED;
        }
        int withSecret = status(base.resolve(protectedPath), secret);
        return withSecret == 401 || withSecret == 403 || withSecret == NO_ANSWER ? Health.LOADING : Health.READY;
    }

    private int status(URI uri, @Nullable String secret) throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(TIMEOUT);
        if (secret != null) {
            request.header("Authorization", "Bearer " + secret);
        }
        try {
            return http.send(request.build(), BodyHandlers.discarding()).statusCode();
        } catch (ConnectException e) {
            return NOTHING;
        } catch (IOException e) {
            return NO_ANSWER;
        }
    }
}
