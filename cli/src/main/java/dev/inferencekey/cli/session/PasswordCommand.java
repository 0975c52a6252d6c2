package dev.inferencekey.cli.session;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.SecretInput;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ik password}. */
@Command(
        name = "password",
        description = "Change your own password (12 characters or more). All your other sign-ins end.")
public final class PasswordCommand extends LeafCommand {
    private static final String NOBODY_HERE = "nobody is here to type a password; pipe both in with --password-stdin";

    @Option(
            names = "--password-stdin",
            description = "Read both from standard input, a line each: the present one, then the new one.")
    private boolean passwordStdin;

    public PasswordCommand(CommandContext context) {
        super(context);
    }

    private record Passwords(String present, String wanted) {
        @Override
        public String toString() {
            return "Passwords";
        }
    }

    @Override
    protected void run() {
        try (ControlApi api = context.apiForSignedIn()) {
            Passwords passwords = passwordStdin ? read() : ask();
            api.put(
                    ApiPath.of("password"),
                    object().put("password", passwords.present()).put("new_password", passwords.wanted()));
            context.answer(
                    object().put("changed", true),
                    () -> context.say("Your password was changed; all your other sign-ins have ended."));
        }
    }

    private Passwords read() {
        String[] lines = SecretInput.read(context.shell(), "the two passwords").split("\\r?\\n", -1);
        if (lines.length != 2 || lines[0].isEmpty() || lines[1].isEmpty()) {
            throw new UsageException("two lines are due on standard input: the present password, then the new one");
        }
        return new Passwords(lines[0], lines[1]);
    }

    private Passwords ask() {
        String present = SecretInput.ask(context.shell(), "Present password: ", NOBODY_HERE);
        String wanted = SecretInput.ask(context.shell(), "New password: ", NOBODY_HERE);
        // Typed without echo, a slip would lock its person out.
        if (!wanted.equals(SecretInput.ask(context.shell(), "New password again: ", NOBODY_HERE))) {
            throw new UsageException("the new password was typed in two different ways; nothing was changed");
        }
        return new Passwords(present, wanted);
    }
}
