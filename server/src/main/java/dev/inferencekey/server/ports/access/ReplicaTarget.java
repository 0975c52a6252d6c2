package dev.inferencekey.server.ports.access;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A model server that is ready to be called. Immutable and thread-safe.
 *
 * @param replicaId {@code rep_…}
 * @param baseUrl scheme, host, port and a path without trailing slash; {@code http} or {@code https}
 * @param model the name that the model server knows its model by; replaces the request's {@code model}
 * @param bearerSecret what the gateway sends as {@code Authorization: Bearer …}, null for nothing. A secret: never logged.
 * @param place who has started it, and so how it is reached
 * @param routesBelowV1 whether the route {@code v1/chat/completions} is called at {@code <baseUrl>/v1/chat/completions}, and not at
 *     {@code <baseUrl>/chat/completions}
 */
public record ReplicaTarget(
        String replicaId,
        URI baseUrl,
        String model,
        @Nullable String bearerSecret,
        Place place,
        boolean routesBelowV1) {
    /** What the paths of a node's replicas begin with, on its listener for nodes. */
    public static final String NODE_PATH = "/replicas/";

    /** Where a model server is, as seen from the node that calls it. */
    public enum Place {
        /** This node has started it, and calls it on loopback. */
        HERE,
        /** Another node of this installation has started it, and hands calls on that come to its listener for nodes. */
        OTHER_NODE,
        /** It was not started by this platform: where it leads is checked at each connection. */
        EXTERNAL
    }

    /** One that this node has started. */
    public ReplicaTarget(String replicaId, URI baseUrl, String model, @Nullable String bearerSecret) {
        this(replicaId, baseUrl, model, bearerSecret, Place.HERE, true);
    }

    /**
     * One that another node has started. That node adds what secret it needs.
     *
     * @param node where the other node listens for nodes: {@code HOST:PORT}
     */
    public static ReplicaTarget onNode(String replicaId, String node, String model) {
        return new ReplicaTarget(
                replicaId, URI.create("https://" + node + NODE_PATH + replicaId), model, null, Place.OTHER_NODE, true);
    }

    public boolean external() {
        return place == Place.EXTERNAL;
    }

    @Override
    public String toString() {
        return "ReplicaTarget[" + replicaId + ", " + baseUrl + ", model=" + model + "]";
    }
}
