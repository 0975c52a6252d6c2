package dev.inferencekey.cli;

import dev.inferencekey.cli.command.GlobalOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ScopeType;

/** {@code ik}: the root of all commands. */
@Command(
        name = "ik",
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        versionProvider = IkCommand.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Provision AI workloads with one credential, call them with another.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:refused by the server, or failed",
            "2:invalid usage",
            "3:the server cannot be reached"
        })
final class IkCommand {
    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli fills what is in it; commands read it through their context
    private final GlobalOptions options;

    IkCommand(GlobalOptions options) {
        this.options = options;
    }

    /** Says which version this is. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = IkCommand.class.getPackage().getImplementationVersion();
            return new String[] {"ik " + (version == null ? "(development)" : version)};
        }
    }
}
