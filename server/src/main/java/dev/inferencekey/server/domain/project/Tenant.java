package dev.inferencekey.server.domain.project;

import java.time.Instant;

/** The organization that owns projects. */
public record Tenant(String id, String slug, String name, Instant createdAt) {}
