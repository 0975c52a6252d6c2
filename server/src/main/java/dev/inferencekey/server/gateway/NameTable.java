package dev.inferencekey.server.gateway;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Endpoints by their two slugs. Immutable: a change makes a new table, which shares all projects that it does not touch with the one
 * before. Looking one up makes no object.
 */
final class NameTable {
    /** Projects are spread over so many maps, so that a change need not copy the list of all. */
    private static final int GROUPS = 256;

    static final NameTable EMPTY = new NameTable(empty());

    private final Map<String, Map<String, Endpoint>>[] groups;

    private NameTable(Map<String, Map<String, Endpoint>>[] groups) {
        this.groups = groups;
    }

    @Nullable
    Endpoint get(String projectSlug, String workloadSlug) {
        Map<String, Endpoint> ofProject = groups[group(projectSlug)].get(projectSlug);
        return ofProject == null ? null : ofProject.get(workloadSlug);
    }

    /** A table that begins as this one and can be changed until it is {@linkplain Change#done done}. */
    Change change() {
        return new Change(this);
    }

    private static int group(String projectSlug) {
        int hash = projectSlug.hashCode();
        return (hash ^ hash >>> 8 ^ hash >>> 16) & GROUPS - 1;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // No generic array can be made.
    private static Map<String, Map<String, Endpoint>>[] empty() {
        Map[] groups = new Map[GROUPS];
        Arrays.fill(groups, Map.of());
        return groups;
    }

    /** A table in the making. Used by one thread. */
    static final class Change {
        private final NameTable before;
        /** The projects that are touched, as they will be. */
        private final Map<String, Map<String, Endpoint>> touched = new HashMap<>();

        private Change(NameTable before) {
            this.before = before;
        }

        @Nullable
        Endpoint get(String projectSlug, String workloadSlug) {
            Map<String, Endpoint> ofProject = touched.get(projectSlug);
            return ofProject == null ? before.get(projectSlug, workloadSlug) : ofProject.get(workloadSlug);
        }

        void put(String projectSlug, String workloadSlug, Endpoint endpoint) {
            touch(projectSlug).put(workloadSlug, endpoint);
        }

        void remove(String projectSlug, String workloadSlug) {
            touch(projectSlug).remove(workloadSlug);
        }

        private Map<String, Endpoint> touch(String projectSlug) {
            return touched.computeIfAbsent(
                    projectSlug, slug -> new HashMap<>(before.groups[group(slug)].getOrDefault(slug, Map.of())));
        }

        NameTable done() {
            if (touched.isEmpty()) {
                return before;
            }
            Map<String, Map<String, Endpoint>>[] groups = before.groups.clone();
            Map<Integer, Map<String, Map<String, Endpoint>>> own = new HashMap<>();
            touched.forEach((slug, ofProject) -> {
                Map<String, Map<String, Endpoint>> group =
                        own.computeIfAbsent(group(slug), at -> new HashMap<>(groups[at]));
                if (ofProject.isEmpty()) {
                    group.remove(slug);
                } else {
                    group.put(slug, ofProject);
                }
            });
            own.forEach((at, group) -> groups[at] = group);
            return new NameTable(groups);
        }
    }
}
