package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.project.Member;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.project.Tenant;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.ProjectStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

final class SqlProjects implements ProjectStore {
    private final SqlSession session;

    SqlProjects(SqlSession session) {
        this.session = session;
    }

    @Override
    public void insertTenant(Tenant tenant) {
        session.update("""
                        insert into tenants (id, slug, name, created_at)
                        values (:id, :slug, :name, :createdAt)
                        """)
                .bind("id", tenant.id())
                .bind("slug", tenant.slug())
                .bind("name", tenant.name())
                .bind("createdAt", Columns.micros(tenant.createdAt()))
                .execute();
    }

    @Override
    public Optional<Tenant> findTenant(String slugOrId) {
        return session.query("""
                        select id, slug, name, created_at
                          from tenants
                         where id = :slugOrId or slug = :slugOrId
                        """)
                .bind("slugOrId", slugOrId)
                .map((row, context) -> tenant(row))
                .findFirst();
    }

    @Override
    public Optional<Tenant> firstTenant() {
        return session.query("""
                        select id, slug, name, created_at
                          from tenants
                         order by id
                         limit 1
                        """).map((row, context) -> tenant(row)).findFirst();
    }

    @Override
    public boolean insert(Project project) {
        return session.update("""
                                insert into projects (id, tenant_id, slug, name, created_at)
                                values (:id, :tenantId, :slug, :name, :createdAt)
                                on conflict (slug) do nothing
                                """)
                        .bind("id", project.id())
                        .bind("tenantId", project.tenantId())
                        .bind("slug", project.slug())
                        .bind("name", project.name())
                        .bind("createdAt", Columns.micros(project.createdAt()))
                        .execute()
                > 0;
    }

    @Override
    public Optional<Project> find(String slugOrId) {
        return session.query("""
                        select id, tenant_id, slug, name, created_at
                          from projects
                         where id = :slugOrId or slug = :slugOrId
                        """)
                .bind("slugOrId", slugOrId)
                .map((row, context) -> project(row))
                .findFirst();
    }

    @Override
    public Page<Project> list(PageRequest page) {
        List<Project> rows = KeySet.ascending(session.query("""
                                select id, tenant_id, slug, name, created_at
                                  from projects
                                 where id > :after
                                 order by id
                                 limit :limit
                                """), page)
                .map((row, context) -> project(row))
                .list();
        return KeySet.page(rows, page, Project::id);
    }

    @Override
    public Page<Project> listOfMember(String userId, PageRequest page) {
        List<Project> rows = KeySet.ascending(session.query("""
                                select p.id, p.tenant_id, p.slug, p.name, p.created_at
                                  from members m
                                  join projects p on p.id = m.project_id
                                 where m.user_id = :userId and m.project_id > :after
                                 order by m.project_id
                                 limit :limit
                                """), page)
                .bind("userId", userId)
                .map((row, context) -> project(row))
                .list();
        return KeySet.page(rows, page, Project::id);
    }

    @Override
    public boolean rename(String projectId, String name) {
        return session.update("update projects set name = :name where id = :projectId")
                        .bind("name", name)
                        .bind("projectId", projectId)
                        .execute()
                > 0;
    }

    @Override
    public boolean delete(String projectId, boolean endsRequests) {
        appendChanges(
                Subject.API_KEY,
                "select id from api_keys where project_id = :projectId order by ordinal",
                projectId,
                endsRequests);
        appendChanges(
                Subject.WORKLOAD,
                "select id from workloads where project_id = :projectId order by id",
                projectId,
                false);
        // Known to have been there although it may never have been used: what was used under its slug until now is not
        // its successor's.
        session.update("""
                        insert into usage_projects (project_id, slug)
                            select id, slug from projects where id = :projectId
                                on conflict do nothing
                        """).bind("projectId", projectId).execute();
        session.update("delete from api_key_numbers where project_id = :projectId")
                .bind("projectId", projectId)
                .execute();
        // The rest goes with it by its foreign keys.
        return session.update("delete from projects where id = :projectId")
                        .bind("projectId", projectId)
                        .execute()
                > 0;
    }

    private void appendChanges(Subject subject, String ids, String projectId, boolean endsRequests) {
        new SqlAccessChanges(session).appendAll(ids, subject, endsRequests, "projectId", projectId);
    }

    @Override
    public void putMember(Member member) {
        session.update("""
                        insert into members (project_id, user_id, role, created_at)
                        values (:projectId, :userId, :role, :createdAt)
                        on conflict (project_id, user_id) do update set role = excluded.role
                        """)
                .bind("projectId", member.projectId())
                .bind("userId", member.userId())
                .bind("role", member.role().wire())
                .bind("createdAt", Columns.micros(member.createdAt()))
                .execute();
    }

    @Override
    public boolean removeMember(String projectId, String userId) {
        return session.update("delete from members where project_id = :projectId and user_id = :userId")
                        .bind("projectId", projectId)
                        .bind("userId", userId)
                        .execute()
                > 0;
    }

    @Override
    public Page<Member> members(String projectId, PageRequest page) {
        List<Member> rows = KeySet.ascending(session.query("""
                                select m.project_id, p.slug, m.user_id, u.email, m.role, m.created_at
                                  from members m
                                  join projects p on p.id = m.project_id
                                  join users u on u.id = m.user_id
                                 where m.project_id = :projectId and m.user_id > :after
                                 order by m.user_id
                                 limit :limit
                                """), page)
                .bind("projectId", projectId)
                .map((row, context) -> member(row))
                .list();
        return KeySet.page(rows, page, Member::userId);
    }

    @Override
    public List<Member> ownersOf(String projectId) {
        return session.query("""
                        select m.project_id, p.slug, m.user_id, u.email, m.role, m.created_at
                          from members m
                          join projects p on p.id = m.project_id
                          join users u on u.id = m.user_id
                         where m.project_id = :projectId and m.role = :owner
                         order by m.user_id
                        """)
                .bind("projectId", projectId)
                .bind("owner", Role.OWNER.wire())
                .map((row, context) -> member(row))
                .list();
    }

    @Override
    public Map<String, Role> rolesOf(String userId) {
        Map<String, Role> roles = new LinkedHashMap<>();
        session.query("""
                        select p.slug, m.role
                          from members m
                          join projects p on p.id = m.project_id
                         where m.user_id = :userId
                        """)
                .bind("userId", userId)
                .map((row, context) -> Map.entry(row.getString("slug"), role(row)))
                .forEach(entry -> roles.put(entry.getKey(), entry.getValue()));
        return roles;
    }

    private static Tenant tenant(ResultSet row) throws SQLException {
        return new Tenant(
                row.getString("id"), row.getString("slug"), row.getString("name"), Columns.time(row, "created_at"));
    }

    private static Project project(ResultSet row) throws SQLException {
        return new Project(
                row.getString("id"),
                row.getString("tenant_id"),
                row.getString("slug"),
                row.getString("name"),
                Columns.time(row, "created_at"));
    }

    private static Member member(ResultSet row) throws SQLException {
        return new Member(
                row.getString("project_id"),
                row.getString("slug"),
                row.getString("user_id"),
                row.getString("email"),
                role(row),
                Columns.time(row, "created_at"));
    }

    private static Role role(ResultSet row) throws SQLException {
        return Role.fromWire(row.getString("role")).orElseThrow();
    }
}
