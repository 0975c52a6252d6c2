package dev.inferencekey.server.domain.project;

import java.time.Instant;

/**
 * Groups workloads, members and credentials. Its slug never changes: credentials and endpoint addresses carry it.
 *
 * @param id {@code proj_…}
 * @param slug canonical, unique on this installation
 */
public record Project(String id, String tenantId, String slug, String name, Instant createdAt) {}
