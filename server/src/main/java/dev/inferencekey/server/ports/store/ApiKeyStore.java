package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.credential.SecretUse;
import dev.inferencekey.server.domain.limit.Limits;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Issued API keys. Holds digests, never a secret. */
public interface ApiKeyStore {
    /** Returns false, and changes nothing, if one of its secrets' public ids is in use; the caller mints another. */
    boolean insert(IssuedApiKey credential);

    Optional<IssuedApiKey> find(String id);

    /** The credential that has a secret with this public id. */
    Optional<IssuedApiKey> findByPublicId(String publicId);

    /**
     * Those that the filter shows at the time {@code now}, newest first: in the order in which they were inserted. Revoked ones are listed
     * too, unless the filter says otherwise.
     *
     * @throws InvalidFieldException if {@link PageRequest#after} is not what a piece before gave as its next
     */
    Page<IssuedApiKey> list(String projectId, KeyFilter filter, Instant now, PageRequest page);

    /** All of them, newest first. */
    default Page<IssuedApiKey> list(String projectId, PageRequest page) {
        return list(projectId, KeyFilter.ALL, Instant.EPOCH, page);
    }

    /** Active keys made before {@code madeBefore} that expire after {@code from} and not after {@code until}, soonest first. */
    Excerpt<IssuedApiKey> expiring(String projectId, Instant from, Instant until, Instant madeBefore, int limit);

    /**
     * Active keys that are granted the entire project and were neither used since {@code unusedSince} nor given a secret; older ones come
     * first, if not strictly. A store may stop looking after a number of keys that does not depend on how many there are.
     */
    Excerpt<IssuedApiKey> idleWithEntireProject(String projectId, Instant now, Instant unusedSince, int limit);

    /** Every key that is not revoked, one after the other without holding them all; for the access table. */
    void forEachLive(Consumer<IssuedApiKey> action);

    /** Changes what people may change of a key; false if there is none with this id. */
    boolean update(String id, String name, Grants grants, @Nullable Instant expiresAt, Limits limits);

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
