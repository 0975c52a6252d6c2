package dev.inferencekey.bench.contender;

import java.util.Optional;

/** A program that can stand between callers and the model server. */
public interface Contender {
    /** As on the command line and in the results. */
    String name();

    /** What it is and how it is set up, in one sentence. */
    String description();

    /** Its version, for people. */
    String version();

    /** Why it can't take part here; empty if it can. */
    Optional<String> missing();

    /** Starts it; returns at once, maybe before it serves. */
    Running start(Bench bench);

    /** Whether it gets faster while it runs, because it compiles itself. */
    default boolean warmsUp() {
        return false;
    }

    /** Whether it checks keys: then a wrong one must be refused. */
    default boolean checksKeys() {
        return true;
    }
}
