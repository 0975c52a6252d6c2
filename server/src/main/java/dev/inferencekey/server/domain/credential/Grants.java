package dev.inferencekey.server.domain.credential;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which workloads of its project an API key may call: all of them, ones created later included, or those with the listed slugs,
 * whether they exist or not. Exactly one of the two.
 */
public record Grants(boolean entireProject, Set<String> workloadSlugs) {
    public Grants {
        workloadSlugs = Set.copyOf(workloadSlugs);
        if (entireProject != workloadSlugs.isEmpty()) {
            throw new IllegalArgumentException("a key is granted either its entire project or at least one workload");
        }
    }

    public static Grants ofEntireProject() {
        return new Grants(true, Set.of());
    }

    public static Grants ofWorkloads(Set<String> slugs) {
        return new Grants(false, slugs);
    }

    public boolean covers(String workloadSlug) {
        return entireProject || workloadSlugs.contains(workloadSlug);
    }

    /** The published text of each grant, {@code acme/*} or {@code acme/support-bot}, in order. */
    public List<String> texts(String projectSlug) {
        return entireProject
                ? List.of(projectSlug + "/*")
                : new TreeSet<>(workloadSlugs)
                        .stream().map(slug -> projectSlug + "/" + slug).toList();
    }
}
