package dev.inferencekey.cli.shell;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** The place that this process was started in. Stateless. */
public final class SystemShell {
    /** Set by the launcher, which can ask the terminal; Java only knows whether all streams are one. */
    private static final String TERMINALS = "inferencekey.terminals";

    private static final String COLUMNS = "inferencekey.columns";
    private static final int USUAL_COLUMNS = 80;

    private SystemShell() {}

    @SuppressWarnings(
            "SystemConsoleNull") // It is documented to be null where there is none; whether there is a terminal is
    // asked too.
    public static Shell open() {
        Map<String, String> environment = System.getenv();
        String terminals = System.getProperty(TERMINALS);
        Console console = System.console();
        boolean allTerminals = terminals == null && console != null && console.isTerminal();
        return new Shell(
                environment,
                System.in,
                stream(FileDescriptor.out),
                stream(FileDescriptor.err),
                terminal(environment, allTerminals || (terminals != null && terminals.contains("out"))),
                terminal(environment, allTerminals || (terminals != null && terminals.contains("err"))),
                SystemShell::ask,
                InstantSource.system(),
                // As other programs do: HOME goes before what the system's user list says.
                Path.of(environment.getOrDefault("HOME", System.getProperty("user.home"))));
    }

    /** UTF-8 whatever the locale says: JSON is due in it, and terminals speak it. */
    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
    }

    private static Terminal terminal(Map<String, String> environment, boolean interactive) {
        if (!interactive) {
            return Terminal.NONE;
        }
        boolean dumb = "dumb".equals(environment.get("TERM"));
        boolean colour = !dumb && environment.getOrDefault("NO_COLOR", "").isEmpty();
        return new Terminal(!dumb, colour, columns(environment));
    }

    private static int columns(Map<String, String> environment) {
        for (String text : Arrays.asList(System.getProperty(COLUMNS), environment.get("COLUMNS"))) {
            if (text != null && text.matches("[1-9]\\d{0,3}")) {
                return Integer.parseInt(text);
            }
        }
        return USUAL_COLUMNS;
    }

    @SuppressWarnings("SystemConsoleNull") // As above.
    private static Optional<String> ask(String question) {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            return Optional.empty();
        }
        return Optional.ofNullable(console.readPassword("%s", question)).map(String::new);
    }
}
