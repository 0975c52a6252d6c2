package dev.inferencekey.server.domain.project;

import dev.inferencekey.server.domain.credential.SecretDigest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a link offers to whoever opens it first: a place in a project, or to own the installation.
 *
 * @param id 8 hex digits: the public half of the link's secret
 * @param secret digest of its secret half
 * @param email the one address that may accept it, lower-case; null for any
 * @param createdBy who made it, for people
 */
public record Invitation(
        String id,
        SecretDigest secret,
        Place place,
        @Nullable String email,
        String createdBy,
        Instant createdAt,
        Instant expiresAt) {
    /** What is offered. */
    public sealed interface Place {
        /** To own the whole installation. */
        record Owner() implements Place {}

        /** A role in one project. */
        record InProject(String projectId, String projectSlug, Role role) implements Place {}
    }

    public boolean hasExpired(Instant now) {
        return !now.isBefore(expiresAt);
    }
}
