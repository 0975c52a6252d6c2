package dev.inferencekey.cli.webhook;

import dev.inferencekey.cli.api.RefusedException;
import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.up.WebhookOptions;
import dev.inferencekey.server.background.webhook.WebhookReceiver;
import dev.inferencekey.server.background.webhook.WebhookSender;
import dev.inferencekey.server.background.webhook.WebhookSender.Accepted;
import dev.inferencekey.server.background.webhook.WebhookSender.Failed;
import dev.inferencekey.server.background.webhook.WebhookSender.Gone;
import dev.inferencekey.server.domain.webhook.WebhookEvent;
import dev.inferencekey.server.vault.TimeOrderedIds;
import java.security.SecureRandom;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ik webhook test}. */
@Command(
        name = "test",
        description =
                "Send a signed webhook.test event from this machine, once, with the settings that ik server takes.")
public final class TestWebhookCommand extends LeafCommand {
    /** In place of the installation's mark, which takes its master key to tell. */
    private static final String INSTALLATION = "test";

    @Mixin
    private WebhookOptions webhook = new WebhookOptions();

    public TestWebhookCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        WebhookReceiver receiver = webhook.receiver(context.shell())
                .orElseThrow(() -> new UsageException("name the receiver with --webhook, and its secret"));
        WebhookEvent event = new WebhookEvent(
                new TimeOrderedIds(context.shell().clock(), new SecureRandom()).next(WebhookEvent.ID_PREFIX),
                WebhookEvent.TEST,
                context.now(),
                Map.of());
        try (WebhookSender sender = new WebhookSender(receiver, INSTALLATION)) {
            switch (sender.send(event, context.now())) {
                case Accepted accepted ->
                    context.answer(
                            object().put("event", event.id())
                                    .put("receiver", receiver.host())
                                    .put("status", accepted.status()),
                            () -> context.say("The receiver " + receiver.host() + " accepted the event " + event.id()
                                    + " with status " + accepted.status() + "."));
                case Gone _ -> throw refused(receiver, "answered with status 410: it wants no events");
                case Failed failed -> throw refused(receiver, failed.reason());
            }
        }
    }

    private static RefusedException refused(WebhookReceiver receiver, String reason) {
        return new RefusedException(0, "webhook_failed", "the receiver " + receiver.host() + " " + reason, null, null);
    }
}
