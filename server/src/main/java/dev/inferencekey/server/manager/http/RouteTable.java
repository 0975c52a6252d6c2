package dev.inferencekey.server.manager.http;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Every route of the control plane. Immutable and thread-safe. */
public final class RouteTable {
    /** What a request was found to address. */
    public sealed interface Match {
        /** A route and the path's variables, decoded. */
        record Found(Route route, Map<String, String> variables) implements Match {
            public Found {
                variables = Map.copyOf(variables);
            }
        }

        /** The path exists, with these methods. */
        record OtherMethods(List<String> methods) implements Match {
            public OtherMethods {
                methods = List.copyOf(methods);
            }
        }

        /** No such path. */
        record Nothing() implements Match {}
    }

    private record Entry(PathTemplate template, Route route) {}

    // Closest matches first: fixed segments win over variables.
    private final List<Entry> entries;

    public RouteTable(List<Route> routes) {
        Set<String> taken = new HashSet<>();
        List<Entry> all = new ArrayList<>();
        for (Route route : routes) {
            if (!taken.add(route.method() + " " + route.path())) {
                throw new IllegalArgumentException("two routes for " + route.method() + " " + route.path());
            }
            all.add(new Entry(new PathTemplate(route.path()), route));
        }
        all.sort(Comparator.comparingInt((Entry entry) -> -entry.template.fixedSegments()));
        entries = List.copyOf(all);
    }

    public List<Route> routes() {
        return entries.stream().map(Entry::route).toList();
    }

    /** What the method and the raw path address. */
    public Match find(String method, String rawPath) {
        List<String> path = PathTemplate.segmentsOf(rawPath);
        if (path == null) {
            return new Match.Nothing();
        }
        List<String> otherMethods = new ArrayList<>();
        for (Entry entry : entries) {
            Map<String, String> variables = entry.template.match(path);
            if (variables != null) {
                if (entry.route.method().equals(method)) {
                    return new Match.Found(entry.route, variables);
                }
                otherMethods.add(entry.route.method());
            }
        }
        return otherMethods.isEmpty() ? new Match.Nothing() : new Match.OtherMethods(otherMethods);
    }
}
