package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.credential.SecretDigest;
import dev.inferencekey.server.domain.project.Invitation;
import dev.inferencekey.server.domain.project.Invitation.Place;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.ports.store.InvitationStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

final class SqlInvitations implements InvitationStore {
    private static final String SELECT = """
            select i.id, i.secret_sha256, i.project_id, p.slug as project_slug, i.role, i.email, i.created_by, i.created_at,
                   i.expires_at
              from invitations i
              left join projects p on p.id = i.project_id
            """;

    private final SqlSession session;

    SqlInvitations(SqlSession session) {
        this.session = session;
    }

    @Override
    public boolean insert(Invitation invitation) {
        Place.InProject in = invitation.place() instanceof Place.InProject project ? project : null;
        return session.update("""
                                insert into invitations (id, secret_sha256, project_id, role, email, created_by, created_at,
                                                         expires_at)
                                values (:id, :secret, :projectId, :role, :email, :createdBy, :createdAt, :expiresAt)
                                on conflict (id) do nothing
                                """)
                        .bind("id", invitation.id())
                        .bind("secret", invitation.secret().bytes())
                        .bind("projectId", in == null ? null : in.projectId())
                        .bind("role", in == null ? null : in.role().wire())
                        .bind("email", invitation.email())
                        .bind("createdBy", invitation.createdBy())
                        .bind("createdAt", Columns.micros(invitation.createdAt()))
                        .bind("expiresAt", Columns.micros(invitation.expiresAt()))
                        .execute()
                > 0;
    }

    @Override
    public Optional<Invitation> find(String id) {
        return session.query(SELECT + "where i.id = :id")
                .bind("id", id)
                .map((row, context) -> invitation(row))
                .findFirst();
    }

    @Override
    public List<Invitation> ofProject(String projectId, int limit) {
        return session.query(SELECT + "where i.project_id = :projectId order by i.created_at desc limit :limit")
                .bind("projectId", projectId)
                .bind("limit", limit)
                .map((row, context) -> invitation(row))
                .list();
    }

    @Override
    public boolean delete(String id) {
        return session.update("delete from invitations where id = :id")
                        .bind("id", id)
                        .execute()
                > 0;
    }

    @Override
    public void deleteForOwner() {
        session.update("delete from invitations where project_id is null").execute();
    }

    @Override
    public void deleteForOwner(String createdBy) {
        session.update("delete from invitations where project_id is null and created_by = :createdBy")
                .bind("createdBy", createdBy)
                .execute();
    }

    @Override
    public void deleteExpiredBefore(Instant now) {
        session.update("delete from invitations where expires_at < :now")
                .bind("now", Columns.micros(now))
                .execute();
    }

    private static Invitation invitation(ResultSet row) throws SQLException {
        String projectId = Columns.textOrNull(row, "project_id");
        return new Invitation(
                row.getString("id"),
                SecretDigest.of(row.getBytes("secret_sha256")),
                projectId == null
                        ? new Place.Owner()
                        : new Place.InProject(
                                projectId,
                                row.getString("project_slug"),
                                Role.fromWire(row.getString("role")).orElseThrow()),
                Columns.textOrNull(row, "email"),
                row.getString("created_by"),
                Columns.time(row, "created_at"),
                Columns.time(row, "expires_at"));
    }
}
