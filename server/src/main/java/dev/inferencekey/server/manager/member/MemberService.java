package dev.inferencekey.server.manager.member;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.audit.AuditAction;
import dev.inferencekey.server.domain.project.Member;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.project.User;
import dev.inferencekey.server.manager.project.ProjectService;
import dev.inferencekey.server.manager.service.Accounts;
import dev.inferencekey.server.manager.service.AuditTrail;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.PasswordHasher;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who belongs to a project, and as what. A project always keeps an owner once it has one, and only owners make or change owners.
 * Thread-safe.
 */
public final class MemberService {
    private final Store store;
    private final IdSource ids;
    private final Clock clock;
    private final PasswordHasher passwords;
    private final AuditTrail audit;

    public MemberService(Store store, IdSource ids, Clock clock, PasswordHasher passwords, AuditTrail audit) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.passwords = passwords;
        this.audit = audit;
    }

    public Page<Member> list(Project project, PageRequest page) {
        return store.read(session -> session.projects().members(project.id(), page));
    }

    /**
     * Adds a person; makes the account if the address is new.
     *
     * @param initialPassword needed for a new address and not looked at for a known one
     */
    public Member add(Requester by, Project project, String email, Role role, @Nullable String initialPassword) {
        requireMayGive(by, project, role);
        String address = Accounts.email("email", email);
        boolean known =
                store.read(session -> session.users().findByEmail(address).isPresent());
        // Hashing takes long on purpose, so it happens outside of the transaction.
        String passwordHash =
                known ? null : passwords.hash(Accounts.newPassword("initial_password", address, initialPassword));
        return store.write(session -> {
            ProjectService.present(session, project);
            User user = session.users()
                    .findByEmail(address)
                    .or(() ->
                            Optional.ofNullable(passwordHash).map(hash -> account(session, by, project, address, hash)))
                    .orElseThrow(() -> RefusedException.conflict("the account was just removed; try again"));
            if (roleOf(session, project, user.id()).isPresent()) {
                throw RefusedException.conflict(address + " is a member already; PATCH the member to change the role");
            }
            Instant now = clock.now();
            Member member = new Member(project.id(), project.slug(), user.id(), address, role, now);
            session.projects().putMember(member);
            audit.note(
                    session,
                    by,
                    AuditAction.MEMBER_ADDED,
                    project.slug(),
                    user.id(),
                    Map.of("email", address, "role", role.wire()));
            return member;
        });
    }

    public Member changeRole(Requester by, Project project, String userId, Role role) {
        return store.writeUrgently(session -> {
            User user = user(session, project, userId);
            Role present = requireMember(session, project, userId);
            requireMayGive(by, project, present);
            requireMayGive(by, project, role);
            if (present == Role.OWNER && role != Role.OWNER) {
                requireAnotherOwner(session, project, userId);
            }
            Member member = find(session, project, userId);
            Member changed = new Member(project.id(), project.slug(), userId, user.email(), role, member.createdAt());
            if (present != role) {
                session.projects().putMember(changed);
                audit.note(
                        session,
                        by,
                        AuditAction.MEMBER_ROLE_CHANGED,
                        project.slug(),
                        userId,
                        Map.of("email", user.email(), "old_role", present.wire(), "role", role.wire()));
            }
            return changed;
        });
    }

    public void remove(Requester by, Project project, String userId) {
        store.<Boolean>writeUrgently(session -> {
            User user = user(session, project, userId);
            Role present = requireMember(session, project, userId);
            requireMayGive(by, project, present);
            if (present == Role.OWNER) {
                requireAnotherOwner(session, project, userId);
            }
            session.projects().removeMember(project.id(), userId);
            audit.note(
                    session,
                    by,
                    AuditAction.MEMBER_REMOVED,
                    project.slug(),
                    userId,
                    Map.of("email", user.email(), "role", present.wire()));
            return true;
        });
    }

    private User account(StoreSession session, Requester by, Project project, String email, String passwordHash) {
        User user = new User(ids.next("usr"), project.tenantId(), email, passwordHash, false, clock.now());
        if (!session.users().insert(user)) {
            throw new IllegalStateException("the address was free a moment ago in the same transaction");
        }
        audit.note(session, by, AuditAction.USER_CREATED, project.slug(), user.id(), Map.of("email", email));
        return user;
    }

    /** The role of the caller bounds the roles that it may give and take: only an owner makes, changes or removes owners. */
    public static void requireMayGive(Requester by, Project project, Role role) {
        boolean owner = !(by.caller() instanceof Caller.Human human)
                || human.tenantOwner()
                || human.roles().get(project.slug()) == Role.OWNER;
        if (role == Role.OWNER && !owner) {
            throw new RefusedException(
                    ErrorCode.SCOPE_INSUFFICIENT, "only an owner of the project can make, change or remove an owner");
        }
    }

    private static void requireAnotherOwner(StoreSession session, Project project, String userId) {
        boolean another = session.projects().ownersOf(project.id()).stream()
                .anyMatch(owner -> !owner.userId().equals(userId));
        if (!another) {
            throw RefusedException.conflict("this is the last owner of the project; make another owner first");
        }
    }

    private static Optional<Role> roleOf(StoreSession session, Project project, String userId) {
        return Optional.ofNullable(session.projects().rolesOf(userId).get(project.slug()));
    }

    private static Role requireMember(StoreSession session, Project project, String userId) {
        return roleOf(session, project, userId).orElseThrow(() -> noMember(project, userId));
    }

    private static User user(StoreSession session, Project project, String userId) {
        return session.users().find(userId).orElseThrow(() -> noMember(project, userId));
    }

    /** There is no look-up of one member: pages are short, and this is rare. */
    private static Member find(StoreSession session, Project project, String userId) {
        String after = null;
        do {
            Page<Member> page = session.projects().members(project.id(), new PageRequest(PageRequest.MAX_LIMIT, after));
            for (Member member : page.items()) {
                if (member.userId().equals(userId)) {
                    return member;
                }
            }
            after = page.next();
        } while (after != null);
        throw noMember(project, userId);
    }

    private static RefusedException noMember(Project project, String userId) {
        return RefusedException.notFound(
                "there is no member \"" + JsonFields.show(userId) + "\" in project \"" + project.slug() + "\"");
    }
}
