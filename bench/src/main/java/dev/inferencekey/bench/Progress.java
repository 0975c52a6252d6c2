package dev.inferencekey.bench;

/** Tells whoever waits what goes on. */
@FunctionalInterface
interface Progress {
    void say(String text);

    /** On standard error: standard output belongs to the results. */
    static Progress onStandardError() {
        return text -> System.err.println("bench: " + text);
    }
}
