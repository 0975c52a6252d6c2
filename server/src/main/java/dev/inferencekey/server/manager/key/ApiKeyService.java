package dev.inferencekey.server.manager.key;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.audit.AuditAction;
import dev.inferencekey.server.domain.budget.BudgetSettings;
import dev.inferencekey.server.domain.budget.BudgetSubject;
import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.credential.Rotation;
import dev.inferencekey.server.domain.credential.SecretDigest;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.budget.BudgetService;
import dev.inferencekey.server.manager.project.ProjectService;
import dev.inferencekey.server.manager.service.AuditTrail;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.Lifetime;
import dev.inferencekey.server.manager.service.LimitTexts;
import dev.inferencekey.server.manager.service.Names;
import dev.inferencekey.server.manager.service.Publisher;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.access.AccessPublication.Receipt;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.KeyFilter;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Mints API keys and manages their lives. Thread-safe. */
public final class ApiKeyService {
    /** How often a public id may turn out to be taken, at 1 in 4 billion each, before something else is wrong. */
    private static final int MINT_ATTEMPTS = 16;

    private static final int MAX_GRANTS_NOTED = 20;

    private final Store store;
    private final IdSource ids;
    private final Clock clock;
    private final SecureRandom random;
    private final AuditTrail audit;
    private final Publisher publisher;
    private final BudgetService budgets;

    public ApiKeyService(
            Store store,
            IdSource ids,
            Clock clock,
            SecureRandom random,
            AuditTrail audit,
            Publisher publisher,
            BudgetService budgets) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.random = random;
        this.audit = audit;
        this.publisher = publisher;
        this.budgets = budgets;
    }

    /** A new key; {@code credential} is the only time that it can be read. */
    public record Minted(IssuedApiKey key, LiveKey credential) {}

    /**
     * A key with a new secret.
     *
     * @param receipt null if the change is stored, but it is not known which nodes have it in force
     */
    public record Rotated(
            IssuedApiKey key, LiveKey credential, @Nullable Receipt receipt) {}

    /** A key that was changed, and how many of its requests were ended with it on this node; other nodes end theirs. */
    public record Changed(IssuedApiKey key, Receipt receipt, int endedStreams) {}

    /** Mints a key without a budget of its own. */
    public Minted mint(
            Requester by, Project project, String name, Grants grants, @Nullable Instant expiresAt, Limits limits) {
        return mint(by, project, name, grants, expiresAt, limits, BudgetSettings.NONE);
    }

    /**
     * Mints a key.
     *
     * @param expiresAt null for never
     * @param budget under which it is from its first call on
     */
    public Minted mint(
            Requester by,
            Project project,
            String name,
            Grants grants,
            @Nullable Instant expiresAt,
            Limits limits,
            BudgetSettings budget) {
        String cleanName = Names.name("name", name);
        Instant expiry = Lifetime.requireFuture(expiresAt, clock.now());
        String id = ids.next("key");
        for (int attempt = 0; attempt < MINT_ATTEMPTS; attempt++) {
            LiveKey credential = LiveKey.mint(random);
            IssuedApiKey key = new IssuedApiKey(
                    id,
                    project.id(),
                    project.slug(),
                    cleanName,
                    grants,
                    CredentialState.ACTIVE,
                    expiry,
                    limits,
                    clock.now(),
                    by.display(),
                    List.of(fresh(credential)));
            boolean inserted = store.write(session -> {
                ProjectService.present(session, project);
                if (!session.apiKeys().insert(key)) {
                    return false;
                }
                budgets.set(session, project, BudgetSubject.ofKey(id), budget);
                session.accessChanges().append(Subject.API_KEY, id);
                audit.note(
                        session,
                        by,
                        AuditAction.KEY_CREATED,
                        project.slug(),
                        id,
                        Map.of(
                                "public_id", credential.publicId(),
                                "grants", grantTexts(project, grants),
                                "limits", LimitTexts.of(limits),
                                "budget", BudgetService.text(budget)));
                return true;
            });
            if (inserted) {
                publisher.widened();
                return new Minted(key, credential);
            }
        }
        throw new IllegalStateException("no free public id was found");
    }

    /** What may be changed of a key; null leaves a part as it is. */
    public record Change(
            @Nullable String name,
            @Nullable Grants grants,
            @Nullable Expiry expiry,
            @Nullable Limits limits,
            @Nullable BudgetSettings budget) {}

    /**
     * When a key shall expire.
     *
     * @param at null for never
     */
    public record Expiry(@Nullable Instant at) {}

    /** Changes name, grants, expiry or limits; what is narrower than before holds from when this returns. */
    public Changed update(Requester by, Project project, String id, Change change) {
        String cleanName = change.name() == null ? null : Names.name("name", change.name());
        store.<Boolean>writeUrgently(session -> {
            IssuedApiKey key = find(session, project, id);
            Lifetime.requireChangeable(id, key.state(), CredentialState.ACTIVE);
            String name = cleanName == null ? key.name() : cleanName;
            Grants grants = change.grants() == null ? key.grants() : change.grants();
            Instant expiresAt = change.expiry() == null
                    ? key.expiresAt()
                    : Lifetime.requireFuture(change.expiry().at(), clock.now());
            Limits limits = change.limits() == null ? key.limits() : change.limits();
            boolean budgetChanged = change.budget() != null
                    && budgets.change(session, by, project, BudgetSubject.ofKey(id), name, change.budget());
            if (budgetChanged) {
                session.accessChanges().append(Subject.API_KEY, id);
            }
            if (name.equals(key.name())
                    && grants.equals(key.grants())
                    && Objects.equals(expiresAt, key.expiresAt())
                    && limits.equals(key.limits())) {
                return false;
            }
            session.apiKeys().update(id, name, grants, expiresAt, limits);
            session.accessChanges().append(Subject.API_KEY, id);
            audit.note(
                    session,
                    by,
                    AuditAction.KEY_CHANGED,
                    project.slug(),
                    id,
                    Map.of(
                            "public_id", key.currentSecret().publicId(),
                            "old_grants", grantTexts(project, key.grants()),
                            "grants", grantTexts(project, grants),
                            "expires_at", expiresAt == null ? "never" : expiresAt.toString(),
                            "old_limits", LimitTexts.of(key.limits()),
                            "limits", LimitTexts.of(limits)));
            return true;
        });
        Receipt receipt = publisher.tightened();
        return new Changed(get(project, id), receipt, 0);
    }

    /** Newest first; revoked ones too. */
    public Page<IssuedApiKey> list(Project project, PageRequest page) {
        return list(project, KeyFilter.ALL, page);
    }

    /** The keys that the filter shows, newest first. With {@link KeyFilter#callable}, who can call a workload. */
    public Page<IssuedApiKey> list(Project project, KeyFilter filter, PageRequest page) {
        Instant now = clock.now();
        return store.read(session -> session.apiKeys().list(project.id(), filter, now, page));
    }

    /**
     * A workload that a key may call.
     *
     * @param workload null if there is none with this slug: a grant may come before its workload, and stays after it
     */
    public record Callable(String workloadSlug, @Nullable Workload workload) {
        public boolean exists() {
            return workload != null;
        }
    }

    /**
     * What a key may call: the workloads that it is granted, by slug, or all that there are in the project, oldest first. Whether the key is
     * alive does not matter.
     */
    public Page<Callable> callable(Project project, String id, PageRequest page) {
        return store.read(session -> {
            Grants grants = find(session, project, id).grants();
            if (grants.entireProject()) {
                return session.workloads()
                        .list(project.id(), page)
                        .map(workload -> new Callable(workload.slug(), workload));
            }
            String after = page.after();
            List<String> slugs = grants.workloadSlugs().stream()
                    .sorted()
                    .filter(slug -> after == null || slug.compareTo(after) > 0)
                    .limit(page.limit() + 1L)
                    .toList();
            List<String> piece = slugs.subList(0, Math.min(page.limit(), slugs.size()));
            return new Page<>(
                    piece.stream()
                            .map(slug -> new Callable(
                                    slug,
                                    session.workloads()
                                            .findBySlug(project.id(), slug)
                                            .orElse(null)))
                            .toList(),
                    slugs.size() > piece.size() ? piece.getLast() : null);
        });
    }

    public IssuedApiKey get(Project project, String id) {
        return store.read(session -> find(session, project, id));
    }

    /**
     * Makes the key useless for good, from when this returns.
     *
     * @param endStreams its requests under way end, too
     */
    public Changed revoke(Requester by, Project project, String id, boolean endStreams) {
        return changeState(by, project, id, CredentialState.REVOKED, AuditAction.KEY_REVOKED, endStreams);
    }

    /**
     * Makes the key useless until it is enabled again.
     *
     * @param endStreams its requests under way end, too
     */
    public Changed disable(Requester by, Project project, String id, boolean endStreams) {
        return changeState(by, project, id, CredentialState.DISABLED, AuditAction.KEY_DISABLED, endStreams);
    }

    public Changed enable(Requester by, Project project, String id) {
        return changeState(by, project, id, CredentialState.ACTIVE, AuditAction.KEY_ENABLED, false);
    }

    /** Gives the key a new secret; the old one works for {@code overlap} more, and those before it for no longer than they would. */
    public Rotated rotate(Requester by, Project project, String id, Duration overlap) {
        for (int attempt = 0; attempt < MINT_ATTEMPTS; attempt++) {
            LiveKey credential = LiveKey.mint(random);
            CredentialSecret fresh = fresh(credential);
            // Read within the transaction: once it is committed, nothing may stand between the new secret and its
            // caller.
            Optional<IssuedApiKey> rotated = store.writeUrgently(session -> {
                IssuedApiKey key = find(session, project, id);
                Instant now = clock.now();
                Lifetime.requireRotatable(id, key.state(), key.expiresAt(), now);
                Lifetime.requireRoom(id, key.secrets(), overlap, now);
                if (!session.apiKeys().rotate(id, fresh, fresh.createdAt().plus(overlap))) {
                    return Optional.empty();
                }
                session.accessChanges().append(Subject.API_KEY, id);
                audit.note(
                        session,
                        by,
                        AuditAction.KEY_ROTATED,
                        project.slug(),
                        id,
                        Map.of(
                                "public_id", credential.publicId(),
                                "old_public_id", key.currentSecret().publicId(),
                                "overlap_seconds", Long.toString(overlap.toSeconds())));
                return Optional.of(find(session, project, id));
            });
            if (rotated.isPresent()) {
                return new Rotated(rotated.get(), credential, publisher.tightenedWithCredential());
            }
        }
        throw new IllegalStateException("no free public id was found");
    }

    /** Ends the overlap of a rotation: the old secret opens nothing from when this returns. Without one, nothing changes. */
    public Changed endOverlap(Requester by, Project project, String id) {
        store.<Boolean>writeUrgently(session -> {
            IssuedApiKey key = find(session, project, id);
            Instant now = clock.now();
            Rotation rotation = Rotation.of(key.secrets(), now).orElse(null);
            if (rotation != null) {
                session.apiKeys().endOverlap(id, now);
                session.accessChanges().append(Subject.API_KEY, id);
                audit.note(
                        session,
                        by,
                        AuditAction.KEY_OVERLAP_ENDED,
                        project.slug(),
                        id,
                        Map.of(
                                "public_id", rotation.current().publicId(),
                                "old_public_id", rotation.old().publicId()));
            }
            return true;
        });
        Receipt receipt = publisher.tightened();
        return new Changed(get(project, id), receipt, 0);
    }

    private Changed changeState(
            Requester by,
            Project project,
            String id,
            CredentialState wanted,
            AuditAction auditAction,
            boolean endStreams) {
        store.<Boolean>writeUrgently(session -> {
            IssuedApiKey key = find(session, project, id);
            Lifetime.requireChangeable(id, key.state(), wanted);
            boolean changes = key.state() != wanted;
            if (changes || endStreams) {
                // What has changed nothing may still have to end requests.
                session.accessChanges().append(Subject.API_KEY, id, endStreams);
            }
            if (changes) {
                session.apiKeys().setState(id, wanted);
                audit.note(
                        session,
                        by,
                        auditAction,
                        project.slug(),
                        id,
                        Map.of("public_id", key.currentSecret().publicId()));
            }
            return true;
        });
        Receipt receipt = publisher.tightened();
        int ended = endStreams ? publisher.endedRequests(Subject.API_KEY, id) : 0;
        return new Changed(get(project, id), receipt, ended);
    }

    private CredentialSecret fresh(LiveKey credential) {
        return new CredentialSecret(
                credential.publicId(), SecretDigest.of(credential.secretSha256()), clock.now(), null, null, null);
    }

    private static IssuedApiKey find(StoreSession session, Project project, String id) {
        return session.apiKeys()
                .find(id)
                .filter(key -> key.projectId().equals(project.id()))
                .orElseThrow(() -> RefusedException.notFound(
                        "there is no key \"" + JsonFields.show(id) + "\" in project \"" + project.slug() + "\""));
    }

    /** Short enough for an audit event, however many there are. */
    private static String grantTexts(Project project, Grants grants) {
        List<String> texts = grants.texts(project.slug());
        String shown = texts.stream().limit(MAX_GRANTS_NOTED).collect(Collectors.joining(" "));
        return texts.size() <= MAX_GRANTS_NOTED ? shown : shown + " and " + (texts.size() - MAX_GRANTS_NOTED) + " more";
    }
}
