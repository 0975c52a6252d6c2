package dev.inferencekey.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The engine's standard input, which ties it to the process that started it.
 *
 * <p>Protocol: the parent writes one line, {@code {"api_key": "<secret of this replica>"}} and a line feed, and keeps
 * the pipe open without writing more. So the secret is neither in the arguments nor in the environment, where other
 * processes could read it. The end of the input means that the parent is gone, however it died: the kernel closes the
 * pipe even after {@code kill -9}.
 */
final class ParentLink {
    private static final int LONGEST_LINE = 64 << 10;

    private final InputStream in;

    ParentLink(InputStream in) {
        this.in = in;
    }

    /** Reads the first line; empty if it is not what the protocol says. */
    Optional<String> readSecret() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || line.size() == LONGEST_LINE) {
                return Optional.empty();
            }
            line.write(next);
        }
        try {
            JsonNode secret = JsonMapper.shared().readTree(line.toByteArray()).get("api_key");
            return secret != null && secret.isString() && !secret.stringValue().isBlank()
                    ? Optional.of(secret.stringValue())
                    : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /** Runs {@code gone} once the parent has gone; what it writes besides is ignored. */
    void watch(Runnable gone) {
        Thread.ofPlatform().name("ik-parent").daemon().start(() -> {
            byte[] ignored = new byte[1024];
            try {
                while (in.read(ignored) >= 0) {
                    // Only the end matters.
                }
            } catch (IOException e) {
                // A broken pipe is an end as well.
            }
            gone.run();
        });
    }
}
