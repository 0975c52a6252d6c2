package dev.inferencekey.quarkus;

import dev.inferencekey.Endpoint;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The endpoints of {@code inferencekey.endpoints}, by name: for code that learns only at run time which one it needs. Immutable and
 * thread-safe.
 */
public final class Endpoints {
    private final Map<String, Endpoint> byName;

    /** These and no others; a bean of this type that the application produces replaces those of the settings. */
    public Endpoints(Map<String, Endpoint> byName) {
        this.byName = Collections.unmodifiableMap(new TreeMap<>(byName));
    }

    /**
     * One endpoint.
     *
     * @throws IllegalArgumentException if none has this name; the message lists those that are there
     */
    public Endpoint get(String name) {
        Endpoint endpoint = byName.get(name);
        if (endpoint == null) {
            throw new IllegalArgumentException("there is no endpoint \"" + name + "\"; configured are " + names());
        }
        return endpoint;
    }

    /** The names, in alphabetical order. Unmodifiable. */
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
