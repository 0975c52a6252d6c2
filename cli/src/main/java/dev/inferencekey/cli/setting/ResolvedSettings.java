package dev.inferencekey.cli.setting;

import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.shell.Shell;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What each setting is and who says so: a flag wins over a variable, a variable over the file, the file over the default. Immutable and
 * thread-safe.
 */
public final class ResolvedSettings {
    private static final Pattern FLAG = Pattern.compile("--([a-z][a-z-]*[a-z])");
    private static final Pattern PICOCLI =
            Pattern.compile("^Invalid value for option '(--[a-z-]+)'(?: \\([^:]*\\))?: ");
    /** What Kubernetes puts into variables such as INFERENCEKEY_PORT for a Service of that name. */
    private static final Pattern OF_KUBERNETES = Pattern.compile("(?:tcp|udp|sctp)://.*");

    /**
     * One setting.
     *
     * @param texts its values as they were written; empty for the default
     */
    public record Value(Setting setting, List<String> texts, Origin origin) {
        /** The values without secrets. */
        public List<String> shown() {
            return origin instanceof Origin.Variable variable && variable.name().equals(setting.secretVariable())
                    ? List.of(Setting.HIDDEN)
                    : texts.stream().map(setting::shown).toList();
        }

        /** Not the secrets among them. */
        @Override
        public String toString() {
            return setting.name() + "=" + shown() + " (" + origin + ")";
        }
    }

    private final Map<String, Value> values;
    private final @Nullable ConfigFile file;
    private final List<String> unknownVariables;

    private ResolvedSettings(Map<String, Value> values, @Nullable ConfigFile file, List<String> unknownVariables) {
        this.values = values;
        this.file = file;
        this.unknownVariables = unknownVariables;
    }

    /**
     * Puts everything together.
     *
     * @param flags the values of settings that the command line names, by name
     * @param file null if there is none
     * @throws UsageException if a variable has a value that its setting can't have
     */
    public static ResolvedSettings of(
            SettingTable table, Map<String, List<String>> flags, Shell shell, @Nullable ConfigFile file) {
        Map<String, Value> values = new LinkedHashMap<>();
        for (Setting setting : table.all()) {
            values.put(setting.name(), resolve(setting, flags.get(setting.name()), shell, file));
        }
        return new ResolvedSettings(values, file, table.unknownVariables(shell.environment()));
    }

    /** The file that the environment names, if it does. */
    public static Optional<Path> configFile(Shell shell) {
        return shell.variable(SettingTable.CONFIG_VARIABLE).map(Path::of);
    }

    private static Value resolve(Setting setting, @Nullable List<String> flag, Shell shell, @Nullable ConfigFile file) {
        if (flag != null) {
            return new Value(setting, flag, new Origin.Flag());
        }
        String variable = setting.variable();
        Optional<String> text = shell.variable(variable)
                .map(String::strip)
                .filter(found -> !OF_KUBERNETES.matcher(found).matches());
        if (text.isPresent()) {
            return new Value(setting, values(setting, text.get()), new Origin.Variable(variable));
        }
        String secret = setting.secretVariable();
        if (secret != null && shell.variable(secret).isPresent()) {
            return new Value(setting, List.of(Setting.HIDDEN), new Origin.Variable(secret));
        }
        Optional<ConfigFile.Entry> entry = file == null ? Optional.empty() : file.entry(setting.name());
        if (file != null && entry.isPresent()) {
            return new Value(
                    setting,
                    entry.get().values(),
                    new Origin.Line(file.path(), entry.get().line()));
        }
        return new Value(setting, List.of(), new Origin.Default());
    }

    private static List<String> values(Setting setting, String text) {
        if (setting.toggle() && !text.equals("true") && !text.equals("false")) {
            throw new UsageException(setting.variable() + " must be true or false");
        }
        if (!setting.repeatable()) {
            return List.of(text);
        }
        return Pattern.compile(",")
                .splitAsStream(text)
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    /** All of them, in the order of the table. */
    public List<Value> values() {
        return List.copyOf(values.values());
    }

    /** @throws IllegalArgumentException if there is no such setting */
    public Value value(String name) {
        Value value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("there is no setting " + name);
        }
        return value;
    }

    /** What the file says of one setting, whether or not something else wins; it may be a secret. */
    public Optional<String> inFile(String name) {
        return file == null
                ? Optional.empty()
                : file.entry(name).map(entry -> entry.values().getFirst());
    }

    /** Where the file says it. */
    public String placeInFile(String name) {
        return file == null
                ? ""
                : file.path() + ":"
                        + file.entry(name).map(ConfigFile.Entry::line).orElse(1);
    }

    /** Names a file's path, if one is read. */
    public Optional<Path> file() {
        return Optional.ofNullable(file).map(ConfigFile::path);
    }

    /** What a person should look at: variables that are no settings. */
    public List<String> unknownVariables() {
        return unknownVariables;
    }

    /**
     * The command line that says all of this, apart from what the options' own code takes from the environment, and from the settings named.
     */
    public List<String> arguments(List<String> except) {
        List<String> arguments = new ArrayList<>();
        for (Value value : values.values()) {
            Setting setting = value.setting();
            boolean own = value.origin() instanceof Origin.Variable && setting.readsItsVariable();
            if (own || except.contains(setting.name())) {
                continue;
            }
            for (String text : value.texts()) {
                if (!setting.toggle()) {
                    arguments.add(setting.flag() + "=" + text);
                } else if (text.equals("true")) {
                    arguments.add(setting.flag());
                }
            }
        }
        return arguments;
    }

    /** The same complaint in the words of whoever wrote the value: with the line of the file, or the variable, instead of a flag. */
    public UsageException placed(String complaint) {
        String text = PICOCLI.matcher(complaint).replaceFirst("$1: ");
        Matcher flags = FLAG.matcher(text);
        StringBuilder placed = new StringBuilder();
        Origin.Line place = null;
        while (flags.find()) {
            Value value = values.get(flags.group(1));
            String name = switch (value == null ? new Origin.Default() : value.origin()) {
                case Origin.Line line -> {
                    place = place == null ? line : place;
                    yield flags.group(1);
                }
                case Origin.Variable variable -> variable.name();
                case Origin.Flag _, Origin.Default _ -> flags.group();
            };
            flags.appendReplacement(placed, Matcher.quoteReplacement(name));
        }
        flags.appendTail(placed);
        return new UsageException((place == null ? "" : place + ": ") + placed);
    }

    /** The names of settings that are not written as they were. */
    public List<String> changedSince(ResolvedSettings earlier) {
        return values.values().stream()
                .filter(value -> !value.texts()
                        .equals(earlier.value(value.setting().name()).texts()))
                .map(value -> value.setting().name())
                .toList();
    }
}
