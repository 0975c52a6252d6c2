package dev.inferencekey.bench.load;

import dev.inferencekey.bench.contender.Contender;
import dev.inferencekey.bench.contender.Running;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Waits until a contender serves, and makes sure that it does what it is there for. */
public final class Readiness implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** @throws IllegalStateException if it does not serve, changes the answer, or lets a wrong key in */
    public void require(Contender contender, Running running) {
        String answer = await(running);
        if (!answer.endsWith("\"cached_tokens\":64}}}")) {
            throw new IllegalStateException(contender.name() + " changes the answer: " + answer);
        }
        if (contender.checksKeys()) {
            String wrong = "Bearer ik_live_00000000_" + "0".repeat(64);
            int status = ask(running, wrong).statusCode();
            if (status != 401 && status != 403) {
                throw new IllegalStateException(contender.name() + " answers " + status + " to a wrong key");
            }
        }
    }

    private String await(Running running) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            running.requireAlive();
            String last;
            try {
                HttpResponse<String> response =
                        ask(running, running.target().headers().getOrDefault("Authorization", ""));
                if (response.statusCode() == 200) {
                    return response.body();
                }
                last = response.statusCode() + ": " + response.body();
            } catch (UncheckedIOException e) {
                last = String.valueOf(e.getMessage());
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(running.name() + " does not serve: " + last);
            }
            pause();
        }
    }

    private HttpResponse<String> ask(Running running, String authorization) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(running.target().url())).timeout(Duration.ofSeconds(10));
        running.target().headers().forEach(request::setHeader);
        request.setHeader("Content-Type", "application/json").setHeader("Authorization", authorization);
        try {
            return http.send(
                    request.POST(HttpRequest.BodyPublishers.ofString(Bodies.single()))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
