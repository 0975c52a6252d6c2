package dev.inferencekey.server.manager.access;

import dev.inferencekey.server.domain.access.Resource;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.service.RefusedException;
import org.jspecify.annotations.Nullable;

/**
 * What a request is about.
 *
 * @param resource what the decision is asked for
 * @param project if one was addressed and exists
 * @param workload if one was addressed by id and exists
 * @param missing what the caller is told once it was allowed to know, null if nothing is missing
 */
public record Addressed(
        Resource resource,
        @Nullable Project project,
        @Nullable Workload workload,
        @Nullable RefusedException missing) {
    static Addressed platform() {
        return new Addressed(new Resource.Platform(), null, null, null);
    }

    public Project requireProject() {
        if (project == null) {
            throw new IllegalStateException("the route addresses no project");
        }
        return project;
    }

    public Workload requireWorkload() {
        if (workload == null) {
            throw new IllegalStateException("the route addresses no workload by id");
        }
        return workload;
    }
}
