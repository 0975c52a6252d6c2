package dev.inferencekey.bench.contender;

import java.util.Map;

/**
 * Where and how a contender is asked.
 *
 * @param port on the loopback address
 * @param path of chat completions
 * @param headers besides those that every HTTP client sends; {@code Authorization} among them
 */
public record Target(int port, String path, Map<String, String> headers) {
    public Target {
        headers = Map.copyOf(headers);
    }

    public String url() {
        return "http://127.0.0.1:" + port + path;
    }
}
