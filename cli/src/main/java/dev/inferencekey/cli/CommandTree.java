package dev.inferencekey.cli;

import dev.inferencekey.OnDrift;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.CompletionCommand;
import dev.inferencekey.cli.command.DocumentationPlace;
import dev.inferencekey.cli.command.DurationConverter;
import dev.inferencekey.cli.command.GroupCommand;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.config.CheckConfigCommand;
import dev.inferencekey.cli.config.ReloadConfigCommand;
import dev.inferencekey.cli.config.ShowConfigCommand;
import dev.inferencekey.cli.credential.CreateKeyCommand;
import dev.inferencekey.cli.credential.CreateTokenCommand;
import dev.inferencekey.cli.credential.CredentialKind;
import dev.inferencekey.cli.credential.DisableKeyCommand;
import dev.inferencekey.cli.credential.DisableTokenCommand;
import dev.inferencekey.cli.credential.EnableCredentialCommand;
import dev.inferencekey.cli.credential.ListCredentialsCommand;
import dev.inferencekey.cli.credential.RevokeKeyCommand;
import dev.inferencekey.cli.credential.RevokeTokenCommand;
import dev.inferencekey.cli.credential.RotateCredentialCommand;
import dev.inferencekey.cli.credential.ShowCredentialCommand;
import dev.inferencekey.cli.credential.UpdateKeyCommand;
import dev.inferencekey.cli.doctor.DoctorCommand;
import dev.inferencekey.cli.history.AuditCommand;
import dev.inferencekey.cli.history.ReconcileCommand;
import dev.inferencekey.cli.history.UsageCommand;
import dev.inferencekey.cli.inference.ChatCommand;
import dev.inferencekey.cli.inference.EmbedCommand;
import dev.inferencekey.cli.invitation.CreateInvitationCommand;
import dev.inferencekey.cli.invitation.ListInvitationsCommand;
import dev.inferencekey.cli.invitation.OwnerLinkCommand;
import dev.inferencekey.cli.invitation.WithdrawInvitationCommand;
import dev.inferencekey.cli.node.DrainNodeCommand;
import dev.inferencekey.cli.node.ListNodesCommand;
import dev.inferencekey.cli.node.RemoveNodeCommand;
import dev.inferencekey.cli.project.AddMemberCommand;
import dev.inferencekey.cli.project.CreateProjectCommand;
import dev.inferencekey.cli.project.DeleteProjectCommand;
import dev.inferencekey.cli.project.DeleteSecretCommand;
import dev.inferencekey.cli.project.ListMembersCommand;
import dev.inferencekey.cli.project.ListPricesCommand;
import dev.inferencekey.cli.project.ListProjectsCommand;
import dev.inferencekey.cli.project.ListSecretsCommand;
import dev.inferencekey.cli.project.ProjectLimitsCommand;
import dev.inferencekey.cli.project.RemoveMemberCommand;
import dev.inferencekey.cli.project.RemovePriceCommand;
import dev.inferencekey.cli.project.RenameProjectCommand;
import dev.inferencekey.cli.project.SetPriceCommand;
import dev.inferencekey.cli.project.SetRoleCommand;
import dev.inferencekey.cli.project.SetSecretCommand;
import dev.inferencekey.cli.project.ShowProjectCommand;
import dev.inferencekey.cli.session.EndSessionCommand;
import dev.inferencekey.cli.session.ListSessionsCommand;
import dev.inferencekey.cli.session.LoginCommand;
import dev.inferencekey.cli.session.LogoutCommand;
import dev.inferencekey.cli.session.PasswordCommand;
import dev.inferencekey.cli.session.WhoamiCommand;
import dev.inferencekey.cli.store.BackUpStoreCommand;
import dev.inferencekey.cli.store.CheckStoreCommand;
import dev.inferencekey.cli.store.GrantGatewayCommand;
import dev.inferencekey.cli.store.ImportJournalCommand;
import dev.inferencekey.cli.store.MigrateStoreCommand;
import dev.inferencekey.cli.store.MoveStoreCommand;
import dev.inferencekey.cli.store.RestoreStoreCommand;
import dev.inferencekey.cli.up.PlatformLauncher;
import dev.inferencekey.cli.up.ServerCommand;
import dev.inferencekey.cli.up.UpCommand;
import dev.inferencekey.cli.webhook.TestWebhookCommand;
import dev.inferencekey.cli.workload.DeleteWorkloadCommand;
import dev.inferencekey.cli.workload.EnsureCommand;
import dev.inferencekey.cli.workload.ListWorkloadsCommand;
import dev.inferencekey.cli.workload.ReplicasCommand;
import dev.inferencekey.cli.workload.ShowWorkloadCommand;
import dev.inferencekey.cli.workload.WaitCommand;
import dev.inferencekey.cli.workload.WorkloadLimitsCommand;
import dev.inferencekey.cli.workload.WorkloadLogsCommand;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/**
 * All commands, in the order in which help lists them.
 *
 * <p>Notes. Reading a command's annotations is most of what a short command does, so only those commands are built whose names
 * appear among the arguments. A name that appears as a value costs a little time and nothing else; where no name appears, as in
 * {@code ik --help} and for a misspelt command, and for completion, all are built.
 */
final class CommandTree {
    private static final String COMPLETION = "completion";

    private final List<String> arguments;
    private final Map<String, Supplier<CommandLine>> commands = new LinkedHashMap<>();

    private CommandTree(List<String> arguments) {
        this.arguments = arguments;
    }

    static CommandLine of(CommandContext context, PlatformLauncher launcher, List<String> arguments) {
        CommandTree tree = new CommandTree(arguments);
        tree.add("up", () -> new UpCommand(context, launcher));
        tree.add("server", () -> new ServerCommand(context, launcher));
        tree.group(
                "config",
                "A server's settings, where each of them comes from, and how to change them while it runs.",
                () -> List.of(
                        new ShowConfigCommand(context),
                        new CheckConfigCommand(context),
                        new ReloadConfigCommand(context)));
        tree.group(
                "store",
                "The installation's store as a whole; works on it directly, not through a server.",
                () -> List.of(
                        new CheckStoreCommand(context),
                        new MigrateStoreCommand(context),
                        new BackUpStoreCommand(context),
                        new RestoreStoreCommand(context),
                        new MoveStoreCommand(context),
                        new GrantGatewayCommand(context),
                        new ImportJournalCommand(context)));
        tree.add("login", () -> new LoginCommand(context));
        tree.add("logout", () -> new LogoutCommand(context));
        tree.add("whoami", () -> new WhoamiCommand(context));
        tree.group(
                "session",
                "Where you are signed in.",
                () -> List.of(new ListSessionsCommand(context), new EndSessionCommand(context)));
        tree.add("password", () -> new PasswordCommand(context));
        tree.group(
                "project",
                "Projects, which hold everything else.",
                () -> List.of(
                        new CreateProjectCommand(context),
                        new ListProjectsCommand(context),
                        new ShowProjectCommand(context),
                        new RenameProjectCommand(context),
                        new ProjectLimitsCommand(context),
                        new DeleteProjectCommand(context)));
        tree.add("ensure", () -> new EnsureCommand(context));
        tree.add("wait", () -> new WaitCommand(context));
        tree.group(
                "workload",
                "Workloads: what runs.",
                () -> List.of(
                        new ListWorkloadsCommand(context),
                        new ShowWorkloadCommand(context),
                        new DeleteWorkloadCommand(context),
                        new ReplicasCommand(context),
                        new WorkloadLogsCommand(context),
                        new WorkloadLimitsCommand(context)));
        tree.group(
                "token",
                "SDK tokens (ik_sdk_…), which provision.",
                () -> List.of(
                        new CreateTokenCommand(context),
                        new ListCredentialsCommand(context, CredentialKind.TOKEN),
                        new ShowCredentialCommand(context, CredentialKind.TOKEN),
                        new RevokeTokenCommand(context),
                        new RotateCredentialCommand(context, CredentialKind.TOKEN),
                        new DisableTokenCommand(context),
                        new EnableCredentialCommand(context, CredentialKind.TOKEN)));
        tree.group(
                "key",
                "API keys (ik_live_…), which call.",
                () -> List.of(
                        new CreateKeyCommand(context),
                        new ListCredentialsCommand(context, CredentialKind.KEY),
                        new ShowCredentialCommand(context, CredentialKind.KEY),
                        new UpdateKeyCommand(context),
                        new RevokeKeyCommand(context),
                        new RotateCredentialCommand(context, CredentialKind.KEY),
                        new DisableKeyCommand(context),
                        new EnableCredentialCommand(context, CredentialKind.KEY)));
        tree.group(
                "member",
                "The people of a project.",
                () -> List.of(
                        new AddMemberCommand(context),
                        new ListMembersCommand(context),
                        new SetRoleCommand(context),
                        new RemoveMemberCommand(context)));
        tree.group(
                "invite",
                "Invitations into a project, by link.",
                () -> List.of(
                        new CreateInvitationCommand(context),
                        new ListInvitationsCommand(context),
                        new WithdrawInvitationCommand(context)));
        tree.add("owner-link", () -> new OwnerLinkCommand(context));
        tree.group(
                "secret",
                "Secrets for calls to other providers.",
                () -> List.of(
                        new SetSecretCommand(context),
                        new ListSecretsCommand(context),
                        new DeleteSecretCommand(context)));
        tree.group(
                "price",
                "What workloads' tokens cost.",
                () -> List.of(
                        new SetPriceCommand(context), new ListPricesCommand(context), new RemovePriceCommand(context)));
        tree.group(
                "node",
                "The servers that share a database.",
                () -> List.of(
                        new ListNodesCommand(context), new DrainNodeCommand(context), new RemoveNodeCommand(context)));
        tree.group(
                "webhook",
                "Whoever is told of events; works directly, not through a server.",
                () -> List.of(new TestWebhookCommand(context)));
        tree.add("chat", () -> new ChatCommand(context));
        tree.add("embed", () -> new EmbedCommand(context));
        tree.commands.put(
                "usage", () -> new CommandLine(new UsageCommand(context)).addSubcommand(new ReconcileCommand(context)));
        tree.add("audit", () -> new AuditCommand(context));
        tree.add("doctor", () -> new DoctorCommand(context));
        tree.add(COMPLETION, () -> new CompletionCommand(context));
        return tree.build(new CommandLine(new IkCommand(context.options())));
    }

    private CommandLine build(CommandLine root) {
        boolean all = arguments.contains(COMPLETION) || arguments.stream().noneMatch(commands::containsKey);
        commands.forEach((name, command) -> {
            if (all || arguments.contains(name)) {
                root.addSubcommand(name, command.get());
            }
        });
        document(root, "");
        root.getSubcommands().forEach((name, command) -> {
            document(command, "#ik-" + name);
            command.getSubcommands().forEach((child, sub) -> document(sub, "#ik-" + name + "-" + child));
        });
        root.registerConverter(Duration.class, new DurationConverter());
        root.registerConverter(OnDrift.class, CommandTree::onDrift);
        // A prompt may begin with @; it is no file to read arguments from.
        root.setExpandAtFiles(false);
        return root;
    }

    /** Help ends with where to read on (decision 58). */
    private static void document(CommandLine command, String place) {
        command.getCommandSpec()
                .usageMessage()
                .footerHeading("%n")
                .footer("Documentation: "
                        + DocumentationPlace.page("reference/commands.md" + place)
                                .replace("%", "%%"));
    }

    private void add(String name, Supplier<LeafCommand> command) {
        commands.put(name, () -> new CommandLine(command.get()));
    }

    private void group(String name, String description, Supplier<List<LeafCommand>> children) {
        commands.put(name, () -> {
            CommandLine group = new CommandLine(new GroupCommand());
            group.getCommandSpec().name(name).usageMessage().description(description);
            children.get().forEach(group::addSubcommand);
            return group;
        });
    }

    private static OnDrift onDrift(String text) {
        try {
            return OnDrift.valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("expected reconcile, fail, dry-run, warn or ignore");
        }
    }
}
