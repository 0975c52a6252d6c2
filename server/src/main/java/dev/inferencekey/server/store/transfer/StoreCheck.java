package dev.inferencekey.server.store.transfer;

import dev.inferencekey.server.store.sql.SchemaVersion;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Looks whether a store is whole, in one snapshot and without changing anything; it may be in use. */
final class StoreCheck {
    /** Rows that name another row by value, where the database does not see to it that there is one: what they are, and how to find them. */
    private static final Map<String, String> ORPHANS = new TreeMap<>(Map.of(
            "usage records of unknown projects",
            "select count(*) from usage_records r where not exists (select 1 from usage_projects p where p.id = r.project)",
            "usage records of unknown series",
            "select count(*) from usage_records r where not exists (select 1 from usage_series s where s.id = r.series)",
            "usage sums of unknown projects",
            "select count(*) from usage_sums u where not exists (select 1 from usage_projects p where p.id = u.project)",
            "usage sums of unknown series",
            "select count(*) from usage_sums u where not exists (select 1 from usage_series s where s.id = u.series)",
            "grants of unknown keys",
            """
                    select count(*) from api_key_grants g
                     where not exists (select 1 from api_keys k where k.project_id = g.project_id and k.ordinal = g.ordinal)
                    """,
            "keys without a secret",
            "select count(*) from api_keys k where not exists (select 1 from api_key_secrets s where s.credential_id = k.id)",
            "SDK tokens without a secret",
            """
                    select count(*) from sdk_tokens t
                     where not exists (select 1 from sdk_token_secrets s where s.credential_id = t.id)
                    """));

    private final Database database;
    private final List<StoreFinding> findings = new ArrayList<>();

    private StoreCheck(Database database) {
        this.database = database;
    }

    static List<StoreFinding> check(Database database) throws SQLException {
        StoreCheck check = new StoreCheck(database);
        if (check.schema()) {
            check.file();
            check.references();
            check.orphans();
            check.changes();
            check.rows();
        }
        return check.findings;
    }

    private void found(String subject, boolean ok, String message) {
        findings.add(new StoreFinding(subject, ok, message));
    }

    /** Whether the rest can be looked at. */
    private boolean schema() throws SQLException {
        int version = database.schemaVersion();
        String what = database.name() + " (" + database.product() + "), data version " + version;
        if (version == 0) {
            found("tables", false, database.name() + " holds no installation of this product");
        } else if (version > SchemaVersion.CURRENT) {
            found(
                    "tables",
                    false,
                    what + ": a newer release wrote them, and this one reads up to " + SchemaVersion.CURRENT);
        } else if (version < SchemaVersion.CURRENT) {
            found(
                    "tables",
                    false,
                    what + ": an older release wrote them; `ik store migrate` brings them up to "
                            + SchemaVersion.CURRENT);
        } else {
            found("tables", true, what + ", which is this release's");
        }
        return version == SchemaVersion.CURRENT;
    }

    private void file() throws SQLException {
        List<String> damage = database.damage();
        found(
                "integrity",
                damage.isEmpty(),
                damage.isEmpty() ? database.soundness() : String.join("; ", damage) + "; restore a backup");
    }

    private void references() throws SQLException {
        long broken = database.brokenReferences();
        found(
                "references",
                broken == 0,
                broken == 0
                        ? "every row that refers to another one finds it"
                        : broken + " rows refer to others that are not there; restore a backup");
    }

    private void orphans() throws SQLException {
        List<String> lost = new ArrayList<>();
        for (Map.Entry<String, String> orphans : ORPHANS.entrySet()) {
            long count = database.number(orphans.getValue());
            if (count > 0) {
                lost.add(count + " " + orphans.getKey());
            }
        }
        found(
                "orphans",
                lost.isEmpty(),
                lost.isEmpty() ? "no usage, grant, key or token without what it belongs to" : String.join(", ", lost));
    }

    private void changes() throws SQLException {
        for (TableShape table : database.tables()) {
            if (table.name().equals(TransferPlan.CHANGES)) {
                long newest = database.number("select max(epoch) from " + table.name());
                long last = database.lastNumber(table);
                found(
                        "change log",
                        newest <= last,
                        newest <= last
                                ? "at epoch " + last
                                : "holds epoch " + newest + ", but goes on behind " + last
                                        + ": nodes would miss changes; restore a backup");
            }
        }
    }

    private void rows() throws SQLException {
        List<String> counts = new ArrayList<>();
        for (String table : List.of("projects", "workloads", "api_keys", "sdk_tokens", "users", "usage_records")) {
            counts.add(String.format(
                    Locale.ROOT, "%,d %s", database.number("select count(*) from " + table), table.replace('_', ' ')));
        }
        found("holds", true, String.join(", ", counts));
    }
}
