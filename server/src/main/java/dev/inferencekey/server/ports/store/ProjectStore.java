package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.project.Member;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.project.Tenant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tenants, projects and who belongs to them. */
public interface ProjectStore {
    void insertTenant(Tenant tenant);

    Optional<Tenant> findTenant(String slugOrId);

    /** The tenant that this installation began with, empty before the first start has finished. */
    Optional<Tenant> firstTenant();

    /** Returns false, and changes nothing, if the slug is taken. */
    boolean insert(Project project);

    Optional<Project> find(String slugOrId);

    /** False if there is no such project. */
    boolean rename(String projectId, String name);

    /** By id, oldest first. */
    Page<Project> list(PageRequest page);

    /** The projects that the user is a member of, by id. */
    Page<Project> listOfMember(String userId, PageRequest page);

    /**
     * Deletes the project and everything in it but the audit trail and the usage, and appends each key and workload that goes to the
     * change log; false if there was none.
     *
     * @param endsRequests whether the requests under way of its keys are to end, too
     */
    boolean delete(String projectId, boolean endsRequests);

    /** Adds the member or changes its role. */
    void putMember(Member member);

    boolean removeMember(String projectId, String userId);

    /** By user id. */
    Page<Member> members(String projectId, PageRequest page);

    List<Member> ownersOf(String projectId);

    /** The user's role in each project, by project slug. */
    Map<String, Role> rolesOf(String userId);
}
