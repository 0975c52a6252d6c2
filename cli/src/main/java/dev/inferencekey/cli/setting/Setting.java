package dev.inferencekey.cli.setting;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.OptionSpec;

/**
 * One setting of a server, as picocli knows its option. Thread-safe as long as {@code option} is only read.
 *
 * @param name as files write it: {@code max-body}
 * @param option what declares it
 */
public record Setting(String name, OptionSpec option) {
    /** Shown where a value is a secret. */
    static final String HIDDEN = "(hidden)";

    private static final String STORE = "store";
    private static final String WEBHOOK = "webhook";
    /** The variable without _FILE holds the secret itself. */
    private static final Map<String, String> OTHER_VARIABLES = Map.of("master-key", "INFERENCEKEY_MASTER_KEY_FILE");
    /** Variables that hold the secret itself, where the setting names a file with it. */
    private static final Map<String, String> SECRET_VARIABLES = Map.of(
            "master-key", "INFERENCEKEY_MASTER_KEY",
            "webhook-secret-file", "INFERENCEKEY_WEBHOOK_SECRET",
            "store-file", "INFERENCEKEY_STORE");
    /** The programs' parts that need these also ask the environment themselves, since they put several variables together. */
    private static final Set<String> READ_THEIR_VARIABLES =
            Set.of("data", STORE, "store-file", "master-key", WEBHOOK, "webhook-secret-file");
    /** What the platform takes over while it runs, see {@code PlatformConfig.reloaded}. */
    private static final Set<String> RELOADABLE = Set.of(
            "allow-upstream",
            "answer-timeout",
            "body-timeout",
            "cors-origin",
            "deny-upstream",
            "drain",
            "head-timeout",
            "idle-timeout",
            "keep-alive",
            "log-level",
            "max-body",
            "max-upload",
            "max-wait",
            "max-waiting",
            "stop-timeout",
            "total-timeout",
            "trusted-proxy");

    private static final Pattern PASSWORD_IN_URL = Pattern.compile("://([^:/@\\s]*):.*@");
    private static final Pattern SCHEME_AND_HOST = Pattern.compile("(https?://)(?:[^/?#@\\s]*@)?([^/?#@\\s]+).*");

    /** As command lines write it. */
    public String flag() {
        return "--" + name;
    }

    /** As environments write it. */
    public String variable() {
        return OTHER_VARIABLES.getOrDefault(
                name, "INFERENCEKEY_" + name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** Whether it may have several values: a list in files, separated by commas in variables. */
    public boolean repeatable() {
        return option.isMultiValue();
    }

    /** Whether it takes no value as a flag, and true or false elsewhere. */
    public boolean toggle() {
        return option.arity().max() == 0;
    }

    /** Whether a running server takes a change of it over. */
    public boolean reloadable() {
        return RELOADABLE.contains(name);
    }

    boolean readsItsVariable() {
        return READ_THEIR_VARIABLES.contains(name);
    }

    /** The variable that holds what the setting's file would hold; null for most settings. */
    @Nullable
    String secretVariable() {
        return SECRET_VARIABLES.get(name);
    }

    /** Whether this value of it must not be read by everybody. */
    boolean isSecret(String value) {
        return name.equals(WEBHOOK)
                || (name.equals(STORE) && !value.contains("://"))
                || PASSWORD_IN_URL.matcher(value).find();
    }

    /** The value without what must not be shown. */
    String shown(String value) {
        if (!isSecret(value)) {
            return value;
        }
        if (name.equals(WEBHOOK)) {
            Matcher parts = SCHEME_AND_HOST.matcher(value);
            return parts.matches() ? parts.group(1) + parts.group(2) + "/" + HIDDEN : HIDDEN;
        }
        return name.equals(STORE) && !value.contains("://")
                ? HIDDEN
                : PASSWORD_IN_URL.matcher(value).replaceAll("://$1:" + HIDDEN + "@");
    }

    /** What holds if nobody says anything, as its description tells; {@code -} if that tells nothing. */
    public String defaultText() {
        String description = String.join(" ", option.description()).replace("$$", "$");
        int start = description.indexOf("(default: ");
        if (start >= 0) {
            int from = start + "(default: ".length();
            int depth = 1;
            for (int i = from; i < description.length(); i++) {
                char c = description.charAt(i);
                depth += c == '(' ? 1 : c == ')' ? -1 : 0;
                if (depth == 0) {
                    return description.substring(from, i);
                }
            }
        }
        String annotated = option.defaultValue();
        if (annotated != null) {
            return annotated;
        }
        return toggle() ? "false" : "-";
    }

    @Override
    public String toString() {
        return name;
    }
}
