package dev.inferencekey.cli;

import dev.inferencekey.OnDrift;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.CompletionCommand;
import dev.inferencekey.cli.command.GroupCommand;
import dev.inferencekey.cli.credential.CreateKeyCommand;
import dev.inferencekey.cli.credential.CreateTokenCommand;
import dev.inferencekey.cli.credential.CredentialKind;
import dev.inferencekey.cli.credential.DisableCredentialCommand;
import dev.inferencekey.cli.credential.EnableCredentialCommand;
import dev.inferencekey.cli.credential.ListCredentialsCommand;
import dev.inferencekey.cli.credential.RevokeCredentialCommand;
import dev.inferencekey.cli.credential.RotateCredentialCommand;
import dev.inferencekey.cli.credential.ShowCredentialCommand;
import dev.inferencekey.cli.credential.UpdateKeyCommand;
import dev.inferencekey.cli.doctor.DoctorCommand;
import dev.inferencekey.cli.history.AuditCommand;
import dev.inferencekey.cli.history.UsageCommand;
import dev.inferencekey.cli.inference.ChatCommand;
import dev.inferencekey.cli.inference.EmbedCommand;
import dev.inferencekey.cli.project.AddMemberCommand;
import dev.inferencekey.cli.project.CreateProjectCommand;
import dev.inferencekey.cli.project.DeleteProjectCommand;
import dev.inferencekey.cli.project.DeleteSecretCommand;
import dev.inferencekey.cli.project.ListMembersCommand;
import dev.inferencekey.cli.project.ListProjectsCommand;
import dev.inferencekey.cli.project.ListSecretsCommand;
import dev.inferencekey.cli.project.RemoveMemberCommand;
import dev.inferencekey.cli.project.SetRoleCommand;
import dev.inferencekey.cli.project.SetSecretCommand;
import dev.inferencekey.cli.project.ShowProjectCommand;
import dev.inferencekey.cli.session.LoginCommand;
import dev.inferencekey.cli.session.LogoutCommand;
import dev.inferencekey.cli.session.WhoamiCommand;
import dev.inferencekey.cli.shell.DurationText;
import dev.inferencekey.cli.up.PlatformLauncher;
import dev.inferencekey.cli.up.ServerCommand;
import dev.inferencekey.cli.up.UpCommand;
import dev.inferencekey.cli.workload.DeleteWorkloadCommand;
import dev.inferencekey.cli.workload.EnsureCommand;
import dev.inferencekey.cli.workload.ListWorkloadsCommand;
import dev.inferencekey.cli.workload.ShowWorkloadCommand;
import dev.inferencekey.cli.workload.WaitCommand;
import dev.inferencekey.cli.workload.WorkloadLogsCommand;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** All commands, in the order in which help lists them. */
final class CommandTree {
    private CommandTree() {}

    static CommandLine of(CommandContext context, PlatformLauncher launcher) {
        CommandLine root = new CommandLine(new IkCommand(context.options()));
        root.addSubcommand(new UpCommand(context, launcher));
        root.addSubcommand(new ServerCommand(context, launcher));
        root.addSubcommand(new LoginCommand(context));
        root.addSubcommand(new LogoutCommand(context));
        root.addSubcommand(new WhoamiCommand(context));
        group(
                root,
                "project",
                "Projects, which hold everything else.",
                new CreateProjectCommand(context),
                new ListProjectsCommand(context),
                new ShowProjectCommand(context),
                new DeleteProjectCommand(context));
        root.addSubcommand(new EnsureCommand(context));
        root.addSubcommand(new WaitCommand(context));
        group(
                root,
                "workload",
                "Workloads: what runs.",
                new ListWorkloadsCommand(context),
                new ShowWorkloadCommand(context),
                new DeleteWorkloadCommand(context),
                new WorkloadLogsCommand(context));
        group(
                root,
                "token",
                "Control tokens (ik_sdk_…), which provision.",
                new CreateTokenCommand(context),
                new ListCredentialsCommand(context, CredentialKind.TOKEN),
                new ShowCredentialCommand(context, CredentialKind.TOKEN),
                new RevokeCredentialCommand(context, CredentialKind.TOKEN),
                new RotateCredentialCommand(context, CredentialKind.TOKEN),
                new DisableCredentialCommand(context, CredentialKind.TOKEN),
                new EnableCredentialCommand(context, CredentialKind.TOKEN));
        group(
                root,
                "key",
                "Data keys (ik_live_…), which call.",
                new CreateKeyCommand(context),
                new ListCredentialsCommand(context, CredentialKind.KEY),
                new ShowCredentialCommand(context, CredentialKind.KEY),
                new UpdateKeyCommand(context),
                new RevokeCredentialCommand(context, CredentialKind.KEY),
                new RotateCredentialCommand(context, CredentialKind.KEY),
                new DisableCredentialCommand(context, CredentialKind.KEY),
                new EnableCredentialCommand(context, CredentialKind.KEY));
        group(
                root,
                "member",
                "The people of a project.",
                new AddMemberCommand(context),
                new ListMembersCommand(context),
                new SetRoleCommand(context),
                new RemoveMemberCommand(context));
        group(
                root,
                "secret",
                "Secrets for calls to other providers.",
                new SetSecretCommand(context),
                new ListSecretsCommand(context),
                new DeleteSecretCommand(context));
        root.addSubcommand(new ChatCommand(context));
        root.addSubcommand(new EmbedCommand(context));
        root.addSubcommand(new UsageCommand(context));
        root.addSubcommand(new AuditCommand(context));
        root.addSubcommand(new DoctorCommand(context));
        root.addSubcommand(new CompletionCommand(context));

        root.registerConverter(Duration.class, CommandTree::duration);
        root.registerConverter(OnDrift.class, CommandTree::onDrift);
        // A prompt may begin with @; it is no file to read arguments from.
        root.setExpandAtFiles(false);
        return root;
    }

    private static void group(CommandLine root, String name, String description, Object... commands) {
        CommandLine group = new CommandLine(new GroupCommand());
        group.getCommandSpec().name(name).usageMessage().description(description);
        for (Object command : commands) {
            group.addSubcommand(command);
        }
        root.addSubcommand(group);
    }

    private static Duration duration(String text) {
        return DurationText.parse(text).orElseThrow(() -> new TypeConversionException(DurationText.FORM));
    }

    private static OnDrift onDrift(String text) {
        try {
            return OnDrift.valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("expected reconcile, fail, dry-run, warn or ignore");
        }
    }
}
