package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Programs that a test runs to their end. */
final class Programs {
    private static final int MINUTES = 5;

    private Programs() {}

    /** What a program printed, warnings and errors included. */
    record Ended(int exitCode, String printed) {
        /** @return what it printed */
        String succeeded() {
            assertThat(exitCode).as(printed).isZero();
            return printed;
        }
    }

    /**
     * Runs a program.
     *
     * @param environment what is set besides what this process has; an empty text removes a variable
     */
    static Ended run(Path folder, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        Path log = Files.createTempFile("printed", ".log");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            environment.forEach((name, value) -> {
                if (value.isEmpty()) {
                    builder.environment().remove(name);
                } else {
                    builder.environment().put(name, value);
                }
            });
            Process process = builder.start();
            process.getOutputStream().close();
            boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
            String printed = Files.readString(log, StandardCharsets.UTF_8);
            assertThat(ended)
                    .as(command + " ended within %s minutes: %s", MINUTES, printed)
                    .isTrue();
            return new Ended(process.exitValue(), printed);
        } finally {
            Files.delete(log);
        }
    }
}
