package dev.inferencekey.cli.command;

/** What the command ends with; scripts rely on it. */
public final class ExitCode {
    public static final int OK = 0;
    /** The server refused, or what was asked for failed. */
    public static final int REFUSED = 1;
    /** Invalid usage; nothing was done. */
    public static final int USAGE = 2;
    /** No answer from the server. */
    public static final int UNREACHABLE = 3;

    /** Ended by Ctrl-C, as shells count it. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}
}
