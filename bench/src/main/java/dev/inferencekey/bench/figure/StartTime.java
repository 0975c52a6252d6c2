package dev.inferencekey.bench.figure;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.inferencekey.bench.contender.Bench;
import dev.inferencekey.bench.contender.Contender;
import dev.inferencekey.bench.contender.Running;
import dev.inferencekey.bench.contender.Target;
import dev.inferencekey.bench.load.Bodies;
import dev.inferencekey.bench.load.Pauses;
import dev.inferencekey.bench.report.Figure;
import dev.inferencekey.bench.report.Scoreboard;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/** From the start of the process to the first answer of the model server that came through it. */
public final class StartTime {
    private static final Duration PAUSE = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final int TIMEOUT_MILLIS = 5_000;

    /** Starts the contender, asks until it answers, and ends it. */
    public void measure(Contender contender, Bench bench, int round, Scoreboard board) {
        long start = System.nanoTime();
        try (Running running = contender.start(bench)) {
            if (running.process().isEmpty()) {
                return;
            }
            awaitServed(running, start);
            board.put(Figure.START, running.name(), round, (System.nanoTime() - start) / 1e9);
        }
    }

    /** Asks until it answers. */
    public static void awaitServed(Running running) {
        awaitServed(running, System.nanoTime());
    }

    private static void awaitServed(Running running, long start) {
        byte[] request = request(running.target());
        while (!served(running.target(), request)) {
            running.requireAlive();
            if (System.nanoTime() - start > LONGEST.toNanos()) {
                throw new IllegalStateException(running.name() + " does not serve within a minute");
            }
            Pauses.of(PAUSE);
        }
    }

    private static byte[] request(Target target) {
        StringBuilder request = new StringBuilder("POST ")
                .append(target.path())
                .append(" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n");
        target.headers()
                .forEach((name, value) ->
                        request.append(name).append(": ").append(value).append("\r\n"));
        String body = Bodies.single();
        request.append("Content-Length: ")
                .append(body.length())
                .append("\r\n\r\n")
                .append(body);
        return request.toString().getBytes(ISO_8859_1);
    }

    private static boolean served(Target target, byte[] request) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target.port()), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(request);
            String status = new String(socket.getInputStream().readNBytes(12), ISO_8859_1);
            return status.equals("HTTP/1.1 200");
        } catch (IOException e) {
            return false;
        }
    }
}
