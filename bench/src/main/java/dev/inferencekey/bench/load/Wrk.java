package dev.inferencekey.bench.load;

import dev.inferencekey.bench.contender.Target;
import dev.inferencekey.bench.machine.CommandOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Single answers as fast as they come, by {@code wrk}, on the core that this process runs on.
 *
 * @param folder for its script
 * @param connections that are kept alive, each with one request at a time
 */
public record Wrk(Path folder, int connections) {
    private static final String RESULT = "RESULT ";

    /**
     * What a run saw.
     *
     * @param failed answers that were not 2xx, connections that broke, time-outs
     */
    public record Count(long requests, Duration duration, long failed) {
        public double perSecond() {
            return requests / (duration.toNanos() / 1e9);
        }
    }

    /** Asks for {@code duration}, with the keys in turn. */
    public Count run(Target target, List<String> keys, Duration duration) {
        Path script = script(target, keys);
        return parse(CommandOutput.of(List.of(
                "wrk",
                "-t1",
                "-c" + connections,
                "-d" + Math.max(1, Math.round(duration.toMillis() / 1000.0)) + "s",
                "--timeout",
                "10s",
                "-s",
                script.toString(),
                target.url())));
    }

    private Path script(Target target, List<String> keys) {
        String headers = target.headers().entrySet().stream()
                .filter(header -> !header.getKey().equals("Authorization"))
                .map(Wrk::luaEntry)
                .collect(Collectors.joining(", "));
        String text = resource()
                .replace("@BODY@", Bodies.single())
                .replace("@HEADERS@", headers)
                .replace("@KEYS@", keys.stream().map(key -> '"' + key + '"').collect(Collectors.joining(", ")));
        try {
            return Files.writeString(folder.resolve("request.lua"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String luaEntry(Map.Entry<String, String> header) {
        return "[\"" + header.getKey() + "\"] = \"" + header.getValue() + "\"";
    }

    private static String resource() {
        try (InputStream in = Wrk.class.getResourceAsStream("request.lua")) {
            if (in == null) {
                throw new IllegalStateException("the script for wrk is not there");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the line that our script prints. */
    static Count parse(String output) {
        String line = output.lines()
                .filter(each -> each.startsWith(RESULT))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("wrk says: " + output));
        String[] fields = line.substring(RESULT.length()).strip().split(" ");
        return new Count(
                Long.parseLong(fields[0]),
                Duration.ofNanos(Long.parseLong(fields[1]) * 1_000),
                Long.parseLong(fields[2]) + Long.parseLong(fields[3]) + Long.parseLong(fields[4]));
    }
}
