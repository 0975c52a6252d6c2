package dev.inferencekey.server.ports.store;

/** What was to be done belongs to another node by now. */
public final class LostLeaseException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public LostLeaseException(String name) {
        super("the lease " + name + " has gone to another node");
    }
}
