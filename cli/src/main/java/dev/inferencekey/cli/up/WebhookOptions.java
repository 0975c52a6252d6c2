package dev.inferencekey.cli.up;

import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.shell.Shell;
import dev.inferencekey.server.background.webhook.WebhookReceiver;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who is told of events. Filled by picocli on one thread. */
public final class WebhookOptions {
    static final String VARIABLE = "INFERENCEKEY_WEBHOOK";
    static final String SECRET_VARIABLE = "INFERENCEKEY_WEBHOOK_SECRET";
    static final String SECRET_FILE_VARIABLE = "INFERENCEKEY_WEBHOOK_SECRET_FILE";
    private static final String OPTION = "--webhook";
    private static final String SECRET_OPTION = "--webhook-secret-file";

    @Option(
            names = OPTION,
            paramLabel = "URL",
            description =
                    "Send events there, such as that a budget has reached a threshold; see docs/guides/webhooks.md"
                            + " (default: $$INFERENCEKEY_WEBHOOK, where a URL with a token belongs, else nowhere).")
    private @Nullable String url;

    @Option(
            names = SECRET_OPTION,
            paramLabel = "FILE",
            description = "What they are signed with: whsec_ and base64, as echo \"whsec_$(openssl rand -base64 32)\""
                    + " prints it; two, separated by a space, while one takes the other's place (default:"
                    + " $$INFERENCEKEY_WEBHOOK_SECRET_FILE, or the secret in $$INFERENCEKEY_WEBHOOK_SECRET).")
    private @Nullable Path secretFile;

    /** The receiver; empty if none was named. */
    public Optional<WebhookReceiver> receiver(Shell shell) {
        String named = url == null ? shell.variable(VARIABLE).map(String::strip).orElse(null) : url;
        String secrets = secrets(shell);
        if (named == null && secrets == null) {
            return Optional.empty();
        }
        if (named == null) {
            throw new UsageException("there is a secret for webhooks, but nobody to send them to; name the URL with "
                    + OPTION + " or " + VARIABLE);
        }
        if (secrets == null) {
            throw new UsageException(
                    "webhooks are signed: make a secret with echo \"whsec_$(openssl rand -base64 32)\","
                            + " tell the receiver, and put it into a file for " + SECRET_OPTION + " or into "
                            + SECRET_VARIABLE);
        }
        try {
            return Optional.of(WebhookReceiver.of(named, List.of(secrets.split("\\s+"))));
        } catch (IllegalArgumentException e) {
            throw new UsageException(OPTION + ": " + e.getMessage());
        }
    }

    private @Nullable String secrets(Shell shell) {
        if (secretFile != null) {
            return SecretFile.read(secretFile, SECRET_OPTION);
        }
        Optional<String> text = shell.variable(SECRET_VARIABLE);
        Optional<String> file = shell.variable(SECRET_FILE_VARIABLE);
        if (text.isPresent() && file.isPresent()) {
            throw new UsageException(
                    SECRET_VARIABLE + " and " + SECRET_FILE_VARIABLE + " are both set; unset one of them");
        }
        return file.map(named -> SecretFile.read(Path.of(named), SECRET_FILE_VARIABLE))
                .or(() -> text.map(String::strip))
                .orElse(null);
    }
}
