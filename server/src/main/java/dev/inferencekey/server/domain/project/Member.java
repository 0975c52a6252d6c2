package dev.inferencekey.server.domain.project;

import java.time.Instant;

/** A person's place in a project. */
public record Member(String projectId, String projectSlug, String userId, String email, Role role, Instant createdAt) {}
