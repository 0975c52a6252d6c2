package dev.inferencekey.server.manager.token;

import dev.inferencekey.contract.credential.SdkToken;
import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.audit.AuditAction;
import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.IssuedSdkToken;
import dev.inferencekey.server.domain.credential.Rotation;
import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.domain.credential.SecretDigest;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.manager.project.ProjectService;
import dev.inferencekey.server.manager.service.AuditTrail;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.Lifetime;
import dev.inferencekey.server.manager.service.Names;
import dev.inferencekey.server.manager.service.Publisher;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.access.AccessPublication.Receipt;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.TokenFilter;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Mints SDK tokens and manages their lives. Thread-safe. */
public final class SdkTokenService {
    /** How often a public id may turn out to be taken, at 1 in 4 billion each, before something else is wrong. */
    private static final int MINT_ATTEMPTS = 16;

    private final Store store;
    private final IdSource ids;
    private final Clock clock;
    private final SecureRandom random;
    private final AuditTrail audit;
    private final Publisher publisher;

    public SdkTokenService(
            Store store, IdSource ids, Clock clock, SecureRandom random, AuditTrail audit, Publisher publisher) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.random = random;
        this.audit = audit;
        this.publisher = publisher;
    }

    /** A new token; {@code credential} is the only time that it can be read. */
    public record Minted(IssuedSdkToken token, SdkToken credential) {}

    /**
     * A token with a new secret.
     *
     * @param receipt null if the change is stored, but it is not known which nodes have it in force
     */
    public record Rotated(
            IssuedSdkToken token,
            SdkToken credential,
            @Nullable Receipt receipt) {}

    /** A token whose state was changed. */
    public record Changed(IssuedSdkToken token, Receipt receipt) {}

    /**
     * Mints a token.
     *
     * @param scopes null for {@link Scope#DEFAULT}
     * @param expiresAt null for never
     */
    public Minted mint(
            Requester by, Project project, String name, @Nullable Set<Scope> scopes, @Nullable Instant expiresAt) {
        String cleanName = Names.name("name", name);
        Set<Scope> granted = scopes == null ? Scope.DEFAULT : Set.copyOf(scopes);
        if (granted.isEmpty()) {
            throw RefusedException.invalid("scopes", "scopes must name at least one scope, or be left out");
        }
        Instant expiry = Lifetime.requireFuture(expiresAt, clock.now());
        String id = ids.next("tok");
        for (int attempt = 0; attempt < MINT_ATTEMPTS; attempt++) {
            SdkToken credential = SdkToken.mint(random);
            IssuedSdkToken token = new IssuedSdkToken(
                    id,
                    project.id(),
                    project.slug(),
                    cleanName,
                    granted,
                    CredentialState.ACTIVE,
                    expiry,
                    clock.now(),
                    by.display(),
                    List.of(fresh(credential)));
            boolean inserted = store.write(session -> {
                ProjectService.present(session, project);
                if (!session.sdkTokens().insert(token)) {
                    return false;
                }
                audit.note(
                        session,
                        by,
                        AuditAction.TOKEN_CREATED,
                        project.slug(),
                        id,
                        Map.of("public_id", credential.publicId(), "scopes", scopeTexts(granted)));
                return true;
            });
            if (inserted) {
                return new Minted(token, credential);
            }
        }
        throw new IllegalStateException("no free public id was found");
    }

    /** Newest first; revoked ones too. */
    public Page<IssuedSdkToken> list(Project project, PageRequest page) {
        return list(project, TokenFilter.ALL, page);
    }

    /** The tokens that the filter shows, newest first. */
    public Page<IssuedSdkToken> list(Project project, TokenFilter filter, PageRequest page) {
        Instant now = clock.now();
        return store.read(session -> session.sdkTokens().list(project.id(), filter, now, page));
    }

    public IssuedSdkToken get(Project project, String id) {
        return store.read(session -> find(session, project, id));
    }

    /** Makes the token useless for ever, from when this returns. */
    public Changed revoke(Requester by, Project project, String id) {
        return changeState(by, project, id, CredentialState.REVOKED, AuditAction.TOKEN_REVOKED);
    }

    /** Makes the token useless until it is enabled again. */
    public Changed disable(Requester by, Project project, String id) {
        return changeState(by, project, id, CredentialState.DISABLED, AuditAction.TOKEN_DISABLED);
    }

    public Changed enable(Requester by, Project project, String id) {
        return changeState(by, project, id, CredentialState.ACTIVE, AuditAction.TOKEN_ENABLED);
    }

    /** Gives the token a new secret; the old one works for {@code overlap} more, and those before it for no longer than they would. */
    public Rotated rotate(Requester by, Project project, String id, Duration overlap) {
        for (int attempt = 0; attempt < MINT_ATTEMPTS; attempt++) {
            SdkToken credential = SdkToken.mint(random);
            CredentialSecret fresh = fresh(credential);
            // Read within the transaction: once it is committed, nothing may stand between the new secret and its
            // caller.
            Optional<IssuedSdkToken> rotated = store.writeUrgently(session -> {
                IssuedSdkToken token = find(session, project, id);
                Instant now = clock.now();
                Lifetime.requireRotatable(id, token.state(), token.expiresAt(), now);
                Lifetime.requireRoom(id, token.secrets(), overlap, now);
                if (!session.sdkTokens().rotate(id, fresh, fresh.createdAt().plus(overlap))) {
                    return Optional.empty();
                }
                audit.note(
                        session,
                        by,
                        AuditAction.TOKEN_ROTATED,
                        project.slug(),
                        id,
                        Map.of(
                                "public_id", credential.publicId(),
                                "old_public_id", token.currentSecret().publicId(),
                                "overlap_seconds", Long.toString(overlap.toSeconds())));
                return Optional.of(find(session, project, id));
            });
            if (rotated.isPresent()) {
                return new Rotated(rotated.get(), credential, publisher.storedWithCredential());
            }
        }
        throw new IllegalStateException("no free public id was found");
    }

    /** Ends the overlap of a rotation: the old secret opens nothing from when this returns. Without one, nothing changes. */
    public Changed endOverlap(Requester by, Project project, String id) {
        store.<Boolean>writeUrgently(session -> {
            IssuedSdkToken token = find(session, project, id);
            Instant now = clock.now();
            Rotation rotation = Rotation.of(token.secrets(), now).orElse(null);
            if (rotation != null) {
                session.sdkTokens().endOverlap(id, now);
                audit.note(
                        session,
                        by,
                        AuditAction.TOKEN_OVERLAP_ENDED,
                        project.slug(),
                        id,
                        Map.of(
                                "public_id", rotation.current().publicId(),
                                "old_public_id", rotation.old().publicId()));
            }
            return true;
        });
        Receipt receipt = publisher.stored();
        return new Changed(get(project, id), receipt);
    }

    private Changed changeState(
            Requester by, Project project, String id, CredentialState wanted, AuditAction auditAction) {
        store.<Boolean>writeUrgently(session -> {
            IssuedSdkToken token = find(session, project, id);
            Lifetime.requireChangeable(id, token.state(), wanted);
            if (token.state() != wanted) {
                session.sdkTokens().setState(id, wanted);
                audit.note(
                        session,
                        by,
                        auditAction,
                        project.slug(),
                        id,
                        Map.of("public_id", token.currentSecret().publicId()));
            }
            return true;
        });
        Receipt receipt = publisher.stored();
        return new Changed(get(project, id), receipt);
    }

    private CredentialSecret fresh(SdkToken credential) {
        return new CredentialSecret(
                credential.publicId(), SecretDigest.of(credential.secretSha256()), clock.now(), null, null, null);
    }

    private static IssuedSdkToken find(StoreSession session, Project project, String id) {
        return session.sdkTokens()
                .find(id)
                .filter(token -> token.projectId().equals(project.id()))
                .orElseThrow(() -> RefusedException.notFound(
                        "there is no token \"" + JsonFields.show(id) + "\" in project \"" + project.slug() + "\""));
    }

    private static String scopeTexts(Set<Scope> scopes) {
        return scopes.stream().map(Scope::wire).sorted().collect(Collectors.joining(" "));
    }
}
