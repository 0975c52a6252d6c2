package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.ports.store.Excerpt;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * The grants of keys, one row each, so that those who may call a workload are found by its slug. They repeat what searches ask for of the
 * key's own row, and follow each change of it.
 */
final class GrantRows {
    /** Instead of a slug: the entire project. Slugs hold no stars. */
    static final String ENTIRE_PROJECT = "*";

    private final SqlSession session;

    GrantRows(SqlSession session) {
        this.session = session;
    }

    /** As the key's own row keeps them; slugs hold no spaces. */
    static String text(Grants grants) {
        return String.join(" ", slugs(grants));
    }

    static Grants grants(String text) {
        return text.equals(ENTIRE_PROJECT) ? Grants.ofEntireProject() : Grants.ofWorkloads(Set.of(text.split(" ")));
    }

    /** Where the grants of a key are, as the key's own row says. */
    record Place(String projectId, long piece, String state, String nameKey, long ordinal, long endsAt) {
        static Place of(ResultSet row) throws SQLException {
            return new Place(
                    row.getString("project_id"),
                    row.getLong("piece"),
                    row.getString("state"),
                    row.getString("name_key"),
                    row.getLong("ordinal"),
                    row.getLong("ends_at"));
        }
    }

    /**
     * Inserts a row for each grant of a key that was just inserted; by position, since minting waits for it. It does not read the key's row: keys
     * that are minted at the same time would stand in each other's way.
     */
    void insert(Place place, Grants granted) {
        String sql = """
                insert into api_key_grants (project_id, slug, piece, state, name_key, ordinal, ends_at)
                values (?, ?, ?, ?, ?, ?, ?)
                """;
        try (PreparedStatement insert = session.writing().getConnection().prepareStatement(sql)) {
            for (String slug : slugs(granted)) {
                insert.setString(1, place.projectId());
                insert.setString(2, slug);
                insert.setLong(3, place.piece());
                insert.setString(4, place.state());
                insert.setString(5, place.nameKey());
                insert.setLong(6, place.ordinal());
                insert.setLong(7, place.endsAt());
                insert.addBatch();
            }
            insert.executeBatch();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Inserts a row for each grant of a key that has none. */
    void insert(String keyId, Grants granted) {
        String sql = """
                insert into api_key_grants (project_id, slug, piece, state, name_key, ordinal, ends_at)
                select project_id, ?, piece, state, name_key, ordinal, ends_at
                  from api_keys
                 where id = ?
                """;
        try (PreparedStatement insert = session.writing().getConnection().prepareStatement(sql)) {
            for (String slug : slugs(granted)) {
                insert.setString(1, slug);
                insert.setString(2, keyId);
                insert.addBatch();
            }
            insert.executeBatch();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Deletes the rows of a key, before its own changes, since that says where they are; the grants, null if there is no such key. */
    @Nullable
    Grants delete(String keyId) {
        Grants granted = session.query("select grants from api_keys where id = :keyId")
                .bind("keyId", keyId)
                .mapTo(String.class)
                .findFirst()
                .map(GrantRows::grants)
                .orElse(null);
        if (granted != null) {
            PreparedBatch batch = session.writing().prepareBatch("""
                            delete from api_key_grants
                             where slug = :slug
                               and (project_id, piece, state, name_key, ordinal) in
                                   (select project_id, piece, state, name_key, ordinal from api_keys where id = :keyId)
                            """);
            slugs(granted)
                    .forEach(slug ->
                            batch.bind("slug", slug).bind("keyId", keyId).add());
            batch.execute();
        }
        return granted;
    }

    /**
     * The ordinals of alive keys with the entire project among the first {@code most} of any state, roughly oldest first; {@code more} if
     * there are others that were not looked at.
     */
    Excerpt<Long> oldestOfEntireProject(String projectId, Instant now, int most) {
        record Looked(long ordinal, boolean alive) {}
        List<Looked> looked = session.query("""
                        select ordinal, state = 'active' and ends_at > :now as alive
                          from api_key_grants
                         where project_id = :projectId and slug = :slug
                         order by piece, state, name_key, ordinal
                         limit :most
                        """)
                .bind("projectId", projectId)
                .bind("slug", ENTIRE_PROJECT)
                .bind("now", Columns.micros(now))
                .bind("most", most + 1)
                .map((row, context) -> new Looked(row.getLong("ordinal"), row.getBoolean("alive")))
                .list();
        Excerpt<Looked> first = Excerpt.of(looked, most);
        return new Excerpt<>(
                first.items().stream()
                        .filter(Looked::alive)
                        .map(Looked::ordinal)
                        .toList(),
                first.more());
    }

    private static Set<String> slugs(Grants grants) {
        return grants.entireProject() ? Set.of(ENTIRE_PROJECT) : new TreeSet<>(grants.workloadSlugs());
    }
}
