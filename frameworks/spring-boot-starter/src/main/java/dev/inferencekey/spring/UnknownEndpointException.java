package dev.inferencekey.spring;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** No endpoint has the name that was asked for. Where it keeps the application from starting, Spring Boot shows what to set. */
public final class UnknownEndpointException extends IllegalArgumentException {
    private final @Nullable String property;
    private final String name;
    private final Set<String> known;

    /**
     * @param property the property that asks for the name; null if code does
     * @param known the names of the endpoints that there are
     */
    public UnknownEndpointException(@Nullable String property, String name, Collection<String> known) {
        super("there is no endpoint \"" + name + "\"; configured are " + known);
        this.property = property;
        this.name = name;
        this.known = Collections.unmodifiableSet(new LinkedHashSet<>(known));
    }

    /** The property that asks for the name; empty if code does. */
    public Optional<String> property() {
        return Optional.ofNullable(property);
    }

    /** The name that was asked for. */
    public String name() {
        return name;
    }

    /** The names that there are. Unmodifiable. */
    public Set<String> known() {
        return known;
    }
}
