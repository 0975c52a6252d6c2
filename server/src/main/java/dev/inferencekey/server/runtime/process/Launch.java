package dev.inferencekey.server.runtime.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to run for a replica, but for the port and for secrets.
 *
 * @param program for people, such as {@code llama-server}
 * @param command the path of the program and its arguments
 * @param ownArguments the platform's own: what makes it listen on loopback, where {@code %PORT%} stands for the port, and what names
 *     its model
 * @param environment variables of its own; {@code %PORT%} stands for the port, {@code %HOME%} for the folder of its project's engines
 * @param protection how it is told its secret
 * @param healthPath answers 200 once the model can be used
 * @param modelName the name that it knows its model by
 * @param pullModel the model that it must be told to fetch first, null for none
 */
record Launch(
        String program,
        List<String> command,
        List<String> ownArguments,
        Map<String, String> environment,
        Protection protection,
        String healthPath,
        String modelName,
        @Nullable String pullModel) {
    private static final String PORT = "%PORT%";

    static final List<String> HOST_AND_PORT = List.of("--host", "127.0.0.1", "--port", PORT);
    static final List<String> LISTEN_IP_AND_PORT = List.of("--listen-ip", "127.0.0.1", "--listen-port", PORT);
    static final String LOOPBACK_ADDRESS = "127.0.0.1:" + PORT;

    Launch {
        command = List.copyOf(command);
        ownArguments = List.copyOf(ownArguments);
        environment = Map.copyOf(environment);
    }

    /** Ours come last: where an option is given twice, engines take the last one. */
    List<String> commandAt(int port) {
        List<String> all = new ArrayList<>(command);
        ownArguments.forEach(argument -> all.add(argument.replace(PORT, Integer.toString(port))));
        return all;
    }

    Map<String, String> environmentAt(int port, Path home) {
        Map<String, String> all = new HashMap<>(environment);
        all.replaceAll((name, value) ->
                value.replace(PORT, Integer.toString(port)).replace(EmbeddedEngine.HOME, home.toString()));
        return all;
    }
}
