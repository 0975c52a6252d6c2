package dev.inferencekey.server.app;

/** Whose process a platform runs in. */
public enum Hosting {
    /** Its own: it sets up the process's logging, reads its environment and looks after its heap. */
    OWN_PROCESS,
    /**
     * Another program's, such as a test's: what holds for the whole process is left as that program has it. Of its own log lines it
     * writes those to its data folder that it can; see {@link GuestLogging}.
     */
    GUEST
}
