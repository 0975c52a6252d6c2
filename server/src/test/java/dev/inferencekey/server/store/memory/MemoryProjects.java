package dev.inferencekey.server.store.memory;

import dev.inferencekey.server.domain.project.Invitation;
import dev.inferencekey.server.domain.project.Member;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.project.Tenant;
import dev.inferencekey.server.ports.store.AccessChangeLog;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.ProjectStore;
import dev.inferencekey.server.store.memory.MemoryState.Membership;
import dev.inferencekey.server.store.memory.MemoryState.Pair;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

final class MemoryProjects implements ProjectStore {
    private final MemorySession session;

    MemoryProjects(MemorySession session) {
        this.session = session;
    }

    @Override
    public void insertTenant(Tenant tenant) {
        session.writing().tenants.put(tenant.id(), tenant);
    }

    @Override
    public Optional<Tenant> findTenant(String slugOrId) {
        return session.reading().tenants.values().stream()
                .filter(tenant -> tenant.id().equals(slugOrId) || tenant.slug().equals(slugOrId))
                .findFirst();
    }

    @Override
    public Optional<Tenant> firstTenant() {
        return session.reading().tenants.values().stream().findFirst();
    }

    @Override
    public boolean insert(Project project) {
        MemoryState state = session.writing();
        MemorySession.require(state.tenants.containsKey(project.tenantId()), "tenant");
        if (state.projects.values().stream().anyMatch(other -> other.slug().equals(project.slug()))) {
            return false;
        }
        state.projects.put(project.id(), project);
        return true;
    }

    @Override
    public Optional<Project> find(String slugOrId) {
        return session.reading().projects.values().stream()
                .filter(project ->
                        project.id().equals(slugOrId) || project.slug().equals(slugOrId))
                .findFirst();
    }

    @Override
    public Page<Project> list(PageRequest page) {
        return MemorySession.page(session.reading().projects.values().stream(), Project::id, false, page);
    }

    @Override
    public Page<Project> listOfMember(String userId, PageRequest page) {
        MemoryState state = session.reading();
        return MemorySession.page(
                state.projects.values().stream()
                        .filter(project -> state.members.containsKey(new Pair(project.id(), userId))),
                Project::id,
                false,
                page);
    }

    @Override
    public boolean rename(String projectId, String name) {
        return session.writing()
                        .projects
                        .computeIfPresent(
                                projectId,
                                (id, project) ->
                                        new Project(id, project.tenantId(), project.slug(), name, project.createdAt()))
                != null;
    }

    @Override
    public boolean delete(String projectId) {
        MemoryState state = session.writing();
        Project gone = state.projects.remove(projectId);
        if (gone == null) {
            return false;
        }
        state.deletedProjects.put(gone.slug(), projectId);
        AccessChangeLog changes = session.accessChanges();
        state.apiKeys.values().removeIf(key -> {
            boolean goes = key.projectId().equals(projectId);
            if (goes) {
                changes.append(AccessChangeLog.Subject.API_KEY, key.id());
            }
            return goes;
        });
        state.workloads.values().removeIf(workload -> {
            boolean goes = workload.projectId().equals(projectId);
            if (goes) {
                changes.append(AccessChangeLog.Subject.WORKLOAD, workload.id());
            }
            return goes;
        });
        state.workloadLimits.keySet().retainAll(state.workloads.keySet());
        state.sdkTokens.values().removeIf(token -> token.projectId().equals(projectId));
        state.members.keySet().removeIf(member -> member.projectId().equals(projectId));
        state.secrets.keySet().removeIf(secret -> secret.projectId().equals(projectId));
        state.prices.keySet().removeIf(price -> price.projectId().equals(projectId));
        state.invitations
                .values()
                .removeIf(invitation -> invitation.place() instanceof Invitation.Place.InProject in
                        && in.projectId().equals(projectId));
        return true;
    }

    @Override
    public void putMember(Member member) {
        MemoryState state = session.writing();
        MemorySession.require(state.projects.containsKey(member.projectId()), "project");
        MemorySession.require(state.users.containsKey(member.userId()), "user");
        state.members.merge(
                new Pair(member.projectId(), member.userId()),
                new Membership(member.role(), member.createdAt()),
                (before, now) -> new Membership(now.role(), before.createdAt()));
    }

    @Override
    public boolean removeMember(String projectId, String userId) {
        return session.writing().members.remove(new Pair(projectId, userId)) != null;
    }

    @Override
    public Page<Member> members(String projectId, PageRequest page) {
        return MemorySession.page(membersOf(projectId), Member::userId, false, page);
    }

    @Override
    public List<Member> ownersOf(String projectId) {
        return membersOf(projectId)
                .filter(member -> member.role() == Role.OWNER)
                .toList();
    }

    @Override
    public Map<String, Role> rolesOf(String userId) {
        MemoryState state = session.reading();
        Map<String, Role> roles = new TreeMap<>();
        state.members.forEach((key, membership) -> {
            if (key.second().equals(userId)) {
                roles.put(project(state, key).slug(), membership.role());
            }
        });
        return roles;
    }

    private Stream<Member> membersOf(String projectId) {
        MemoryState state = session.reading();
        return state.members.entrySet().stream()
                .filter(entry -> entry.getKey().projectId().equals(projectId))
                .map(entry -> new Member(
                        projectId,
                        project(state, entry.getKey()).slug(),
                        entry.getKey().second(),
                        Objects.requireNonNull(state.users.get(entry.getKey().second()))
                                .email(),
                        entry.getValue().role(),
                        entry.getValue().createdAt()));
    }

    private static Project project(MemoryState state, Pair member) {
        return Objects.requireNonNull(state.projects.get(member.projectId()));
    }
}
