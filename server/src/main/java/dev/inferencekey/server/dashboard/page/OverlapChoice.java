package dev.inferencekey.server.dashboard.page;

import dev.inferencekey.server.manager.http.FormFields;
import dev.inferencekey.server.manager.service.Lifetime;
import dev.inferencekey.server.manager.service.RefusedException;
import java.time.Duration;
import java.util.List;

/** For how long the old secret still works after a rotation, as a form asks for it in seconds. Stateless and thread-safe. */
public final class OverlapChoice {
    /** One line of the list to choose from. */
    public record Option(long seconds, String text, boolean usual) {}

    private static final List<Option> OPTIONS = List.of(
            new Option(Duration.ofHours(1).toSeconds(), "1 hour", false),
            new Option(Duration.ofDays(1).toSeconds(), "1 day", true),
            new Option(Duration.ofDays(7).toSeconds(), "7 days", false),
            new Option(Duration.ofDays(30).toSeconds(), "30 days", false),
            new Option(0, "not at all: stop it now (after a leak)", false));

    private OverlapChoice() {}

    public static List<Option> options() {
        return OPTIONS;
    }

    /** What a form says. */
    public static Duration of(FormFields form) {
        String text = form.text("overlap_seconds");
        if (!text.matches("[0-9]{1,8}") || Long.parseLong(text) > Lifetime.MAX_OVERLAP.toSeconds()) {
            throw RefusedException.invalid("overlap_seconds", "choose how long the old secret shall still work");
        }
        return Duration.ofSeconds(Long.parseLong(text));
    }
}
