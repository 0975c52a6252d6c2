package dev.inferencekey.server.runtime.process;

/** This declaration can't be run on this machine, now or later; the message is one sentence for people. */
final class LaunchRefusedException extends Exception {
    private static final long serialVersionUID = 1;

    LaunchRefusedException(String message) {
        super(message);
    }
}
