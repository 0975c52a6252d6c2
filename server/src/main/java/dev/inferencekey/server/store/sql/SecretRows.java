package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.SecretDigest;
import dev.inferencekey.server.domain.credential.SecretUse;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The secrets of one kind of credential. Both kinds keep them in the same form, in tables of their own. */
final class SecretRows {
    private final SqlSession session;
    private final String table;

    SecretRows(SqlSession session, String table) {
        this.session = session;
        this.table = table;
    }

    Optional<String> ownerOf(String publicId) {
        return session.query("select credential_id from <table> where public_id = :publicId")
                .define("table", table)
                .bind("publicId", publicId)
                .mapTo(String.class)
                .findFirst();
    }

    /**
     * Inserts them all, newest first; false if one of the public ids is in use, and then the credential is not to stay. It asks nothing before:
     * transactions that look and then insert stand in each other's way.
     */
    boolean insert(String credentialId, List<CredentialSecret> secrets) {
        int generation = secrets.size();
        for (CredentialSecret secret : secrets) {
            if (!insert(credentialId, secret, generation--)) {
                return false;
            }
        }
        return true;
    }

    private boolean insert(String credentialId, CredentialSecret secret, long generation) {
        return session.update("""
                        insert into <table> (public_id, credential_id, generation, sha256, created_at, not_after,
                                             last_used_at, last_used_from)
                        values (:publicId, :credentialId, :generation, :sha256, :createdAt, :notAfter,
                                :lastUsedAt, :lastUsedFrom)
                            on conflict (public_id) do nothing
                        """)
                        .define("table", table)
                        .bind("publicId", secret.publicId())
                        .bind("credentialId", credentialId)
                        .bind("generation", generation)
                        .bind("sha256", secret.digest().bytes())
                        .bind("createdAt", Columns.micros(secret.createdAt()))
                        .bind("notAfter", Columns.microsOrNull(secret.notAfter()))
                        .bind("lastUsedAt", Columns.microsOrNull(secret.lastUsedAt()))
                        .bind("lastUsedFrom", secret.lastUsedFrom())
                        .execute()
                > 0;
    }

    /** See the ports' {@code rotate}. */
    boolean rotate(String credentialId, CredentialSecret fresh, Instant oldNotAfter) {
        if (ownerOf(fresh.publicId()).isPresent()) {
            return false;
        }
        long newest = session.query("select coalesce(max(generation), 0) from <table> where credential_id = :id")
                .define("table", table)
                .bind("id", credentialId)
                .mapTo(Long.class)
                .one();
        session.update("""
                        update <table> set not_after = :notAfter
                         where credential_id = :id and (not_after is null or not_after > :notAfter)
                        """)
                .define("table", table)
                .bind("id", credentialId)
                .bind("notAfter", Columns.micros(oldNotAfter))
                .execute();
        session.update("""
                        delete from <table>
                         where credential_id = :id and generation <> :newest and not_after <= :madeAt
                        """)
                .define("table", table)
                .bind("id", credentialId)
                .bind("newest", newest)
                .bind("madeAt", Columns.micros(fresh.createdAt()))
                .execute();
        insert(credentialId, fresh, newest + 1);
        return true;
    }

    /** See the ports' {@code endOverlap}. */
    void endOverlap(String credentialId, Instant at) {
        session.update("update <table> set not_after = :at where credential_id = :id and not_after > :at")
                .define("table", table)
                .bind("id", credentialId)
                .bind("at", Columns.micros(at))
                .execute();
    }

    /**
     * In one batch by position: thousands of keys may be in use, each of them once a minute. In one order, so that nodes that tell of the same keys
     * do not wait for each other in a circle; and what one of them tells late takes nothing back.
     */
    void recordUses(List<SecretUse> uses) {
        if (uses.isEmpty()) {
            return;
        }
        String sql = "update " + table + " set last_used_at = ?, last_used_from = ?"
                + " where public_id = ? and (last_used_at is null or last_used_at < ?)";
        try (PreparedStatement update = session.writing().getConnection().prepareStatement(sql)) {
            List<SecretUse> inOrder = uses.stream()
                    .sorted(Comparator.comparing(SecretUse::publicId))
                    .toList();
            for (SecretUse use : inOrder) {
                update.setLong(1, Columns.micros(use.at()));
                update.setString(2, use.from());
                update.setString(3, use.publicId());
                update.setLong(4, Columns.micros(use.at()));
                update.addBatch();
            }
            update.executeBatch();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The secrets of each of the credentials, newest first. */
    Map<String, List<CredentialSecret>> of(List<String> credentialIds) {
        Map<String, List<CredentialSecret>> byCredential = new HashMap<>();
        if (credentialIds.isEmpty()) {
            return byCredential;
        }
        session.query("""
                        select public_id, credential_id, sha256, created_at, not_after, last_used_at, last_used_from
                          from <table>
                         where credential_id in (<ids>)
                         order by credential_id, generation desc
                        """)
                .define("table", table)
                .bindList("ids", credentialIds)
                .map((row, context) -> Map.entry(row.getString("credential_id"), secret(row, "created_at")))
                .forEach(entry -> byCredential
                        .computeIfAbsent(entry.getKey(), id -> new ArrayList<>(2))
                        .add(entry.getValue()));
        return byCredential;
    }

    /** {@code createdAt} is the name of the column, which may have had to give way to another. */
    static CredentialSecret secret(ResultSet row, String createdAt) throws SQLException {
        return new CredentialSecret(
                row.getString("public_id"),
                SecretDigest.of(row.getBytes("sha256")),
                Columns.time(row, createdAt),
                Columns.timeOrNull(row, "not_after"),
                Columns.timeOrNull(row, "last_used_at"),
                Columns.textOrNull(row, "last_used_from"));
    }
}
