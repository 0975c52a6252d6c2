package dev.inferencekey.server.background;

/** A replica as the planner sees it. */
record ReplicaView(String id, ReplicaVersion version, State state) {
    enum State {
        STARTING,
        READY,
        FAILED
    }
}
