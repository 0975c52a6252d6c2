package dev.inferencekey.server.background.node;

import dev.inferencekey.server.background.access.AccessFeed;

/** Does step by step what a node's heart does by itself, for tests that own the time. */
public final class NodeSteps {
    private NodeSteps() {}

    /** The feed must have been handed over with {@link NodeLife#start(AccessFeed)}. */
    public static void beat(NodeLife life) {
        life.beat();
        life.refresh();
    }
}
