package dev.inferencekey.server.domain.replica;

import java.net.URI;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a replica that is ready can be called. Immutable and thread-safe.
 *
 * @param baseUrl of the model server, as its node calls it
 * @param model the name that the model server knows its model by
 * @param sealedSecret what calls have to carry, sealed; null if they need nothing. Never changed in place.
 * @param external whether it was not started by this platform, so that each node calls it directly
 * @param routesBelowV1 whether its routes are below {@code /v1} of the base URL
 * @param node where its node listens for other nodes, {@code HOST:PORT}; null if it does not
 */
public record ReplicaAddress(
        URI baseUrl,
        String model,
        byte @Nullable [] sealedSecret,
        boolean external,
        boolean routesBelowV1,
        @Nullable String node) {
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ReplicaAddress address
                && baseUrl.equals(address.baseUrl)
                && model.equals(address.model)
                && Arrays.equals(sealedSecret, address.sealedSecret)
                && external == address.external
                && routesBelowV1 == address.routesBelowV1
                && Objects.equals(node, address.node);
    }

    @Override
    public int hashCode() {
        return Objects.hash(baseUrl, model, external, routesBelowV1, node);
    }

    @Override
    public String toString() {
        return "ReplicaAddress[" + baseUrl + ", " + model + "]";
    }
}
