package dev.inferencekey.spring;

import dev.inferencekey.Endpoint;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The endpoints of {@code inferencekey.endpoints}, by name: for code that learns only at run time which one it needs. Immutable and
 * thread-safe.
 */
public final class Endpoints {
    private final Map<String, Endpoint> byName;

    /** These and no others; a bean of this type replaces the endpoints of the properties. */
    public Endpoints(Map<String, Endpoint> byName) {
        this.byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
    }

    /**
     * One endpoint.
     *
     * @throws UnknownEndpointException if none has this name; the message lists those that are there
     */
    public Endpoint get(String name) {
        Endpoint endpoint = byName.get(name);
        if (endpoint == null) {
            throw new UnknownEndpointException(null, name, names());
        }
        return endpoint;
    }

    /** The names, in the order of the properties. Unmodifiable. */
    public Set<String> names() {
        return byName.keySet();
    }

    /** All of them by name. Unmodifiable. */
    public Map<String, Endpoint> asMap() {
        return byName;
    }

    /** Names and addresses. */
    @Override
    public String toString() {
        return "Endpoints" + byName;
    }
}
