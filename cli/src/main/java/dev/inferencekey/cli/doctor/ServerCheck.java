package dev.inferencekey.cli.doctor;

import dev.inferencekey.cli.api.ServerAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks at the server: does it answer, and if none does, could one listen there; and whether its clock and ours agree. */
record ServerCheck(ServerAddress server, Instant now) {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration TOLERATED_DIFFERENCE = Duration.ofSeconds(30);

    /** Before this product was: a clock that says so is wrong. */
    private static final Instant EARLIEST = Instant.parse("2026-01-01T00:00:00Z");

    List<Finding> run() {
        List<Finding> findings = new ArrayList<>();
        Optional<HttpResponse<Void>> answer = ask();
        if (answer.isPresent()) {
            int status = answer.get().statusCode();
            findings.add(
                    status == 200
                            ? Finding.ok("server", "answers at " + server)
                            : Finding.fail(
                                    "server",
                                    "what answers at " + server + " is not ready (status " + status + ")",
                                    "look at its log, or at whether another program has the port"));
        } else if (server.isLoopback()) {
            findings.add(port());
        } else {
            findings.add(Finding.fail("server", server + " does not answer", "check the address and the network"));
        }
        findings.add(clock(answer.flatMap(response -> response.headers().firstValue("Date"))));
        return findings;
    }

    private Optional<HttpResponse<Void>> ask() {
        try (HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PATIENCE)
                .build()) {
            HttpRequest request = HttpRequest.newBuilder(server.at("/health/ready"))
                    .timeout(PATIENCE)
                    .build();
            return Optional.of(http.send(request, BodyHandlers.discarding()));
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private Finding port() {
        int port = server.base().getPort() < 0 ? 80 : server.base().getPort();
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return Finding.ok("port", port + " is free; no server runs there yet (`ik up` starts one)");
        } catch (IOException e) {
            return Finding.fail(
                    "port",
                    port + " is taken by something that does not answer, or not allowed",
                    "stop it, or take another port with --port");
        }
    }

    private Finding clock(Optional<String> date) {
        if (now.isBefore(EARLIEST)) {
            return Finding.fail("clock", "it says " + now, "set it; credentials expire by it");
        }
        try {
            if (date.isPresent()) {
                Instant theirs = ZonedDateTime.parse(date.get(), DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant();
                Duration difference = Duration.between(theirs, now).abs();
                if (difference.compareTo(TOLERATED_DIFFERENCE) > 0) {
                    return Finding.warn(
                            "clock",
                            "it differs from the server's by " + difference.toSeconds() + " s",
                            "let both follow a time server");
                }
            }
        } catch (DateTimeParseException e) {
            // A server without a readable date says nothing about the clock.
        }
        return Finding.ok("clock", now.toString());
    }
}
