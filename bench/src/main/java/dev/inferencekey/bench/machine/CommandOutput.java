package dev.inferencekey.bench.machine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** What a command of the system prints. */
public final class CommandOutput {
    private CommandOutput() {}

    /**
     * Runs the command to its end; both its outputs.
     *
     * @throws IllegalStateException if it fails
     */
    public static String of(List<String> command) {
        return of(command, Map.of());
    }

    /** The same with further environment variables. */
    public static String of(List<String> command, Map<String, String> environment) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            int status = process.waitFor();
            if (status != 0) {
                throw new IllegalStateException(command.getFirst() + " failed (" + status + "): " + output.strip());
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(command.getFirst() + " cannot be run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Its first line that holds something, or {@code otherwise} if the command fails or says nothing. */
    public static String firstLine(List<String> command, String otherwise) {
        try {
            return of(command)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .findFirst()
                    .orElse(otherwise);
        } catch (IllegalStateException | UncheckedIOException e) {
            return otherwise;
        }
    }
}
