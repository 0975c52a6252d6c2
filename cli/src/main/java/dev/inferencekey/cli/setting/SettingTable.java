package dev.inferencekey.cli.setting;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * All settings of a server, derived from the options of its command: an option that is added is a key of files and a variable at once.
 * Immutable and thread-safe.
 */
public final class SettingTable {
    /** Names the file itself. */
    public static final String CONFIG = "config";

    static final String PREFIX = "INFERENCEKEY_";
    static final String CONFIG_VARIABLE = PREFIX + "CONFIG";

    /** Read by programs that call a server; to one they say nothing. */
    private static final Set<String> OF_CLIENTS =
            Set.of(PREFIX + "API_KEY", PREFIX + "BASE_URL", PREFIX + "PROJECT", PREFIX + "SDK_TOKEN");
    /** Kubernetes puts these into every container for a Service that is called inferencekey-something. */
    private static final Pattern OF_KUBERNETES = Pattern.compile(PREFIX
            + "(?:[A-Z0-9_]+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT(?:_[0-9]+_[A-Z]+(?:_[A-Z]+)?)?)");

    private static final int WORST_SIMILARITY = 3;

    private final Map<String, Setting> byName = new LinkedHashMap<>();

    private SettingTable() {}

    /** What the command's options declare: those under no heading first. */
    public static SettingTable of(CommandSpec command) {
        SettingTable table = new SettingTable();
        Set<OptionSpec> grouped = new HashSet<>();
        command.argGroups().forEach(group -> grouped.addAll(group.allOptionsNested()));
        List<OptionSpec> options = new ArrayList<>(command.options());
        options.sort(Comparator.comparing(grouped::contains));
        for (OptionSpec option : options) {
            String name = option.longestName().substring(2);
            if (name.equals(CONFIG)) {
                continue;
            }
            Setting setting = new Setting(name, option);
            if (OF_CLIENTS.contains(setting.variable())) {
                throw new IllegalStateException("clients read " + setting.variable() + " already");
            }
            table.byName.put(name, setting);
        }
        return table;
    }

    public List<Setting> all() {
        return List.copyOf(byName.values());
    }

    public Optional<Setting> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The setting whose name is most like this, if any is. */
    Optional<String> nearestTo(String name) {
        return nearest(name, byName.keySet());
    }

    /** A sentence for each variable that looks like a setting and is none. */
    List<String> unknownVariables(Map<String, String> environment) {
        Set<String> known = new HashSet<>(Set.of(CONFIG_VARIABLE));
        for (Setting setting : byName.values()) {
            known.add(setting.variable());
            if (setting.secretVariable() != null) {
                known.add(setting.secretVariable());
            }
        }
        return environment.keySet().stream()
                .filter(name -> name.startsWith(PREFIX) && !known.contains(name) && !OF_CLIENTS.contains(name))
                .filter(name -> !OF_KUBERNETES.matcher(name).matches())
                .sorted()
                .map(name -> "the variable " + name + " is no setting of a server"
                        + nearest(name, known)
                                .map(near -> "; did you mean " + near + "?")
                                .orElse(""))
                .toList();
    }

    private static Optional<String> nearest(String wrong, Collection<String> known) {
        int most = Math.min(WORST_SIMILARITY, Math.max(1, wrong.length() / 3));
        return known.stream()
                .sorted()
                .min(Comparator.comparingInt(name -> distance(wrong, name)))
                .filter(name -> distance(wrong, name) <= most);
    }

    /** How many characters have to be put in, taken out or exchanged. */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int exchanged = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(exchanged, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
