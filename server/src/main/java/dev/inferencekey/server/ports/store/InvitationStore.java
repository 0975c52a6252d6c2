package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.project.Invitation;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Invitations that nobody has accepted yet. Holds digests, never a secret. */
public interface InvitationStore {
    /** Returns false, and changes nothing, if the id is in use; the caller mints another. */
    boolean insert(Invitation invitation);

    Optional<Invitation> find(String id);

    /** Those into one project, newest first, at most {@code limit}. */
    List<Invitation> ofProject(String projectId, int limit);

    /** False if there is none with this id: of two that accept one invitation, exactly one gets true. */
    boolean delete(String id);

    /** Takes back what was offered as the installation's ownership. */
    void deleteForOwner();

    /** Takes back what of it this one offered. */
    void deleteForOwner(String createdBy);

    /** Forgets those that expired before {@code now}. */
    void deleteExpiredBefore(Instant now);
}
