package dev.inferencekey.server.ports.access;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A model server that is ready to be called.
 *
 * @param replicaId {@code rep_…}
 * @param baseUrl scheme, host, port and a path without trailing slash; {@code http} or {@code https}
 * @param model the name that the model server knows its model by; replaces the request's {@code model}
 * @param bearerSecret what the gateway sends as {@code Authorization: Bearer …}, null for nothing. A secret: never logged.
 * @param external whether it was not started by this platform, so that where it leads is checked at each connection
 * @param routesBelowV1 whether the route {@code v1/chat/completions} is called at {@code <baseUrl>/v1/chat/completions}, and not at
 *     {@code <baseUrl>/chat/completions}
 */
public record ReplicaTarget(
        String replicaId,
        URI baseUrl,
        String model,
        @Nullable String bearerSecret,
        boolean external,
        boolean routesBelowV1) {
    /** One that this platform has started. */
    public ReplicaTarget(String replicaId, URI baseUrl, String model, @Nullable String bearerSecret) {
        this(replicaId, baseUrl, model, bearerSecret, false, true);
    }

    @Override
    public String toString() {
        return "ReplicaTarget[" + replicaId + ", " + baseUrl + ", model=" + model + "]";
    }
}
