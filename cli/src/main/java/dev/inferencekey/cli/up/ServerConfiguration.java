package dev.inferencekey.cli.up;

import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.setting.ConfigFile;
import dev.inferencekey.cli.setting.Origin;
import dev.inferencekey.cli.setting.ResolvedSettings;
import dev.inferencekey.cli.setting.SettingTable;
import dev.inferencekey.server.app.MasterKeySource;
import dev.inferencekey.server.store.postgres.PostgresAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * A server's settings, put together from command line, environment and file. Immutable; {@link #again} reads the file anew.
 *
 * <p>Notes. What variables and the file say is put into a command line, which is read and checked as one that was typed: there is one
 * way to a setting. What is wrong with it is then told in the words of whoever wrote it.
 */
public final class ServerConfiguration {
    private static final String DATA = "data";
    private static final String STORE = "store";
    private static final List<String> FOR_ONE_START = List.of("accept-empty-database", "accept-new-master-key");

    private final CommandContext context;
    private final Map<String, List<String>> flags;
    private final @Nullable Path file;
    private final ResolvedSettings resolved;

    private ServerConfiguration(CommandContext context, Map<String, List<String>> flags, @Nullable Path file) {
        this.context = context;
        this.flags = flags;
        this.file = file;
        SettingTable table = ServerLine.table();
        this.resolved =
                ResolvedSettings.of(table, flags, context.shell(), file == null ? null : ConfigFile.read(file, table));
    }

    /**
     * Reads them.
     *
     * @param parsed the command line
     * @param config the file that it names, null for none
     * @throws UsageException if the file or a variable can't be what it is
     */
    public static ServerConfiguration of(CommandContext context, ParseResult parsed, @Nullable Path config) {
        Map<String, List<String>> flags = new LinkedHashMap<>();
        for (OptionSpec option : parsed.commandSpec().options()) {
            OptionSpec matched = parsed.matchedOption(option.longestName());
            if (matched != null) {
                flags.put(option.longestName().substring(2), List.copyOf(matched.originalStringValues()));
            }
        }
        context.givenDataFolder().ifPresent(data -> flags.put(DATA, List.of(data.toString())));
        Path file =
                config == null ? ResolvedSettings.configFile(context.shell()).orElse(null) : config;
        return new ServerConfiguration(context, flags, file);
    }

    /** The same from a server's command line as text, for commands that start none. */
    public static ServerConfiguration of(CommandContext context, List<String> arguments, @Nullable Path config) {
        ServerLine line = new ServerLine();
        try {
            ParseResult parsed = line.parser().parseArgs(arguments.toArray(String[]::new));
            return of(context, parsed, config);
        } catch (ParameterException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    /** The same with what file now says. */
    ServerConfiguration again() {
        return new ServerConfiguration(context, flags, file);
    }

    /** What each setting is and who says so. */
    public ResolvedSettings resolved() {
        return resolved;
    }

    /** The file, if there is one. */
    public Optional<Path> file() {
        return Optional.ofNullable(file);
    }

    /** Where the server keeps what is its own. */
    public Path data() {
        ResolvedSettings.Value data = resolved.value(DATA);
        return data.origin() instanceof Origin.Line
                ? Path.of(data.texts().getFirst()).toAbsolutePath().normalize()
                : context.dataFolder().path();
    }

    /**
     * What a start takes.
     *
     * @throws UsageException if a setting can't be what it is; names it as whoever wrote it did
     */
    public LaunchSettings launch() {
        ServerLine line = new ServerLine();
        try {
            line.parser().parseArgs(resolved.arguments(List.of(DATA, STORE)).toArray(String[]::new));
            return line.options().settings(context.shell(), data(), resolved);
        } catch (ParameterException | UsageException e) {
            throw resolved.placed(String.valueOf(e.getMessage()));
        }
    }

    /** Which database holds the installation; empty if none was named, which means the file in the data folder. */
    public Optional<PostgresAddress> store() {
        return only(Set.of("store-file"), options -> options.storeAddress(context.shell(), resolved));
    }

    /** Where the key comes from that secrets are sealed with. */
    public MasterKeySource masterKey() {
        return only(Set.of("master-key"), options -> options.masterKeySource(context.shell()));
    }

    /** What a few settings amount to; of the others, nothing is read or checked. */
    private <T> T only(Set<String> names, Function<ServerOptions, T> read) {
        List<String> others = resolved.values().stream()
                .map(value -> value.setting().name())
                .filter(name -> !names.contains(name))
                .toList();
        ServerLine line = new ServerLine();
        try {
            line.parser().parseArgs(resolved.arguments(others).toArray(String[]::new));
            return read.apply(line.options());
        } catch (ParameterException | UsageException e) {
            throw resolved.placed(String.valueOf(e.getMessage()));
        }
    }

    /** Sentences about what a person should look at. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>(resolved.unknownVariables());
        for (String name : FOR_ONE_START) {
            ResolvedSettings.Value value = resolved.value(name);
            boolean lasting =
                    !(value.origin() instanceof Origin.Flag) && value.texts().contains("true");
            if (lasting) {
                warnings.add(name + " is meant for one start; remove it (" + value.origin() + ")");
            }
        }
        return warnings;
    }
}
