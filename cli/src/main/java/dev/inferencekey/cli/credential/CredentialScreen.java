package dev.inferencekey.cli.credential;

import dev.inferencekey.cli.command.BudgetOptions;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.FactSheet;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.RateLimitOptions;
import dev.inferencekey.cli.shell.PlainText;
import dev.inferencekey.contract.credential.Redaction;
import java.io.PrintStream;
import tools.jackson.databind.JsonNode;

/** Shows a credential to people. */
record CredentialScreen(CommandContext context, CredentialKind kind) {
    /** The credential as it stands. */
    void show(JsonNode credential) {
        sheet(credential, kind.noun() + " " + Facts.shown(credential, "name"))
                .print(context.shell().out(), context.shell().outTerminal());
    }

    /** The only moment in which the secret itself is printed. */
    void minted(String title, JsonNode credential) {
        PrintStream out = context.shell().out();
        sheet(credential, title).print(out, context.shell().outTerminal());
        String secret = credential.path("credential").asString("");
        String variable = kind == CredentialKind.TOKEN ? CommandContext.SDK_TOKEN : CommandContext.API_KEY;
        out.println();
        // Only what is shaped like a credential goes into a line that people paste into a shell.
        out.println("export " + variable + "="
                + (Redaction.CREDENTIAL.matcher(secret).matches() ? secret : PlainText.line(secret)));
        out.println();
        out.println("This is the only time that it is shown. Keep it where secrets are kept.");
    }

    private FactSheet sheet(JsonNode credential, String title) {
        FactSheet sheet = new FactSheet(title)
                .add("id", Facts.text(credential, "id"))
                .add("public id", kind.credentialPrefix() + Facts.shown(credential, "public_id") + "…")
                .add("project", Facts.text(credential, "project_slug"))
                .add(kind.reach(), Facts.list(credential, kind.reach()))
                .addIfPresent("limits", RateLimitOptions.text(credential.path("limits")))
                .addIfPresent("limits hold", RateLimitOptions.bound(credential.path("limits")));
        BudgetOptions.addTo(sheet, credential.path("budget"), context.now());
        sheet.add("state", Facts.text(credential, "state"))
                .add("expires", Facts.when(credential, "expires_at", context.now()))
                .addIfPresent("created", Facts.when(credential, "created_at", context.now()))
                .addIfPresent("created by", Facts.text(credential, "created_by"));
        String used = Facts.when(credential, "last_used_at", context.now());
        String from = Facts.text(credential, "last_used_from");
        sheet.add("last used", used == null || from == null ? used : used + " from " + from);
        for (JsonNode secret : credential.path("secrets")) {
            String until = Facts.when(secret, "not_after", context.now());
            if (until != null) {
                sheet.add("old secret", kind.credentialPrefix() + Facts.shown(secret, "public_id") + "… ends " + until);
            }
        }
        return sheet;
    }
}
