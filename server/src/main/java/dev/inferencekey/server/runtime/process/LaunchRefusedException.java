package dev.inferencekey.server.runtime.process;

/** This declaration can't be run on this machine; the message is one sentence for people. */
final class LaunchRefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean mayCome;

    /** Only another declaration helps. */
    LaunchRefusedException(String message) {
        this(message, false);
    }

    private LaunchRefusedException(String message, boolean mayCome) {
        super(message);
        this.mayCome = mayCome;
    }

    /** Something is missing on this machine, and may be there the next time. */
    static LaunchRefusedException missing(String message) {
        return new LaunchRefusedException(message, true);
    }

    boolean mayCome() {
        return mayCome;
    }
}
