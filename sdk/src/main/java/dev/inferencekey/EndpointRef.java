package dev.inferencekey;

/**
 * Where a workload is: what {@code ensure} returns and {@link DataClient#endpoint(EndpointRef)} takes.
 *
 * @param projectSlug the project
 * @param workloadSlug the workload's canonical slug
 */
public record EndpointRef(String projectSlug, String workloadSlug) {
    public EndpointRef {
        Slugs.requireProject(projectSlug);
        workloadSlug = Slugs.workload(workloadSlug);
    }

    /** {@code acme/support-bot}. */
    @Override
    public String toString() {
        return projectSlug + "/" + workloadSlug;
    }
}
