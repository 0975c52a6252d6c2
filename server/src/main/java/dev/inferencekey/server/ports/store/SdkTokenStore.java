package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.IssuedSdkToken;
import dev.inferencekey.server.domain.credential.SecretUse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Issued SDK tokens. Holds digests, never a secret. */
public interface SdkTokenStore {
    /** Returns false, and changes nothing, if one of its secrets' public ids is in use; the caller mints another. */
    boolean insert(IssuedSdkToken credential);

    Optional<IssuedSdkToken> find(String id);

    /** The credential that has a secret with this public id. */
    Optional<IssuedSdkToken> findByPublicId(String publicId);

    /**
     * Those that the filter shows at the time {@code now}, by id, newest first. Revoked ones are listed too, unless the filter says
     * otherwise. A project has few tokens, so that all of them may be looked at.
     */
    Page<IssuedSdkToken> list(String projectId, TokenFilter filter, Instant now, PageRequest page);

    /** All of them, newest first. */
    default Page<IssuedSdkToken> list(String projectId, PageRequest page) {
        return list(projectId, TokenFilter.ALL, Instant.EPOCH, page);
    }

    /** Active tokens made before {@code madeBefore} that expire after {@code from} and not after {@code until}, soonest first. */
    Excerpt<IssuedSdkToken> expiring(String projectId, Instant from, Instant until, Instant madeBefore, int limit);

    /** False if there is none with this id. */
    boolean setState(String id, CredentialState state);

    /**
     * Makes {@code fresh} the current secret. Those before it stop at {@code oldNotAfter}, if not before; of those that have stopped when
     * {@code fresh} is made, only the newest is kept. Returns false, and changes nothing, if the public id is in use.
     */
    boolean rotate(String id, CredentialSecret fresh, Instant oldNotAfter);

    /** Ends the time for which rotated-out secrets still work: they stop at {@code at}, if not before. */
    void endOverlap(String id, Instant at);

    /** Notes uses of secrets; unknown public ids are ignored. */
    void recordUses(List<SecretUse> uses);
}
