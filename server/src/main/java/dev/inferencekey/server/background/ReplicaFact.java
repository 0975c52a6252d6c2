package dev.inferencekey.server.background;

/** How one replica stands, as far as planning goes. */
record ReplicaFact(String replicaId, Generation generation, State state) {
    enum State {
        STARTING,
        READY,
        FAILED
    }

    boolean isReady() {
        return state == State.READY;
    }
}
