package dev.inferencekey.cli.up;

import java.util.List;

/**
 * What became of one wish to read the configuration file again.
 *
 * @param done whether the server runs with what the file says now
 * @param settings those that are written otherwise than before; empty if it was refused
 * @param reason why it was refused, without secrets; empty if it was not
 */
public record ReloadOutcome(boolean done, List<String> settings, String reason) {
    public ReloadOutcome {
        settings = List.copyOf(settings);
    }

    static ReloadOutcome done(List<String> settings) {
        return new ReloadOutcome(true, settings, "");
    }

    static ReloadOutcome refused(String reason) {
        return new ReloadOutcome(false, List.of(), reason);
    }

    /** For people. */
    public String sentence() {
        return done
                ? "configuration reloaded: "
                        + (settings.isEmpty() ? "nothing has changed" : String.join(", ", settings))
                : "configuration not reloaded, nothing has changed: " + reason;
    }
}
