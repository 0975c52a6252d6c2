package dev.inferencekey.cli.invitation;

import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.FactSheet;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.shell.PlainText;
import java.io.PrintStream;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Shows a new link to people, the only time that it can be seen. */
record LinkScreen(CommandContext context) {
    // Only what is shaped like a link is shown with its secret: it is pasted into letters and browsers.
    private static final Pattern LINK =
            Pattern.compile("https?://[\\x21-\\x7e]{1,300}/join#ik_invite_[0-9a-f]{8}_[0-9a-f]{64}");

    void show(String title, JsonNode made) {
        PrintStream out = context.shell().out();
        String email = Facts.text(made, "email");
        new FactSheet(title)
                .add("id", Facts.text(made, "id"))
                .add("for", email == null ? "whoever opens it first" : email)
                .addIfPresent("role", Facts.text(made, "role"))
                .add("expires", Facts.when(made, "expires_at", context.now()))
                .print(out, context.shell().outTerminal());
        String link = made.path("link").asString("");
        out.println();
        out.println(LINK.matcher(link).matches() ? link : PlainText.line(link));
        out.println();
        out.println("This is the only time that it is shown. It works once: send it as you would a password.");
    }
}
