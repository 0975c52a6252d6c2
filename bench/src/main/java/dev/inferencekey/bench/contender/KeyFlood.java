package dev.inferencekey.bench.contender;

import dev.inferencekey.contract.credential.LiveKey;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Fills a data folder with more keys than anyone would mint over the network: each a copy of one that was minted there. */
public final class KeyFlood {
    private static final int AT_ONCE = 10_000;
    private static final int CACHE_KIB = 512 * 1024;

    private final Connection database;
    private final RandomGenerator random;
    private final Map<String, List<String>> known = new HashMap<>();

    private KeyFlood(Connection database, RandomGenerator random) {
        this.database = database;
        this.random = random;
    }

    /**
     * Adds {@code count} keys to the project that {@link Provisioning} made; no server may run on the folder.
     *
     * @param shown how many of them, evenly chosen, to give back in full
     */
    public static List<String> pour(Path dataFolder, int count, int shown, RandomGenerator random) {
        try (Connection database =
                DriverManager.getConnection("jdbc:sqlite:" + dataFolder.resolve("inferencekey.db"))) {
            prepare(database);
            database.setAutoCommit(false);
            List<String> given = new KeyFlood(database, random).pour(count, shown);
            database.commit();
            return given;
        } catch (SQLException e) {
            throw new IllegalStateException("the keys could not be stored", e);
        }
    }

    /** A folder that can be poured again needs no care; random public ids need their index in memory. */
    private static void prepare(Connection database) throws SQLException {
        try (Statement statement = database.createStatement()) {
            statement.execute("pragma synchronous = off");
            statement.execute("pragma cache_size = -" + CACHE_KIB);
        }
    }

    private List<String> pour(int count, int shown) throws SQLException {
        List<String> given = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        int every = Math.max(1, count / shown);
        try (PreparedStatement keys = copying("api_keys", Map.of("id", "?"));
                PreparedStatement secrets =
                        copying("api_key_secrets", Map.of("credential_id", "?", "public_id", "?", "sha256", "?"))) {
            for (int i = 0; i < count; i++) {
                LiveKey key = LiveKey.mint(random);
                while (!taken.add(key.publicId())) {
                    key = LiveKey.mint(random);
                }
                String id = "key_flood%08d".formatted(i);
                keys.setString(1, id);
                keys.addBatch();
                bindSecret(secrets, id, key);
                secrets.addBatch();
                if (i % every == 0 && given.size() < shown) {
                    given.add(key.reveal());
                }
                if (i % AT_ONCE == AT_ONCE - 1 || i == count - 1) {
                    keys.executeBatch();
                    secrets.executeBatch();
                }
            }
        }
        return given;
    }

    /** In the order in which {@link #copying} puts the marks: that of the table's columns. */
    private void bindSecret(PreparedStatement secrets, String id, LiveKey key) throws SQLException {
        int mark = 1;
        for (String column : columns("api_key_secrets")) {
            switch (column) {
                case "credential_id" -> secrets.setString(mark++, id);
                case "public_id" -> secrets.setString(mark++, key.publicId());
                case "sha256" -> secrets.setBytes(mark++, key.secretSha256());
                default -> {
                    // As in the copied row.
                }
            }
        }
    }

    /** Inserts a copy of the table's first row, some columns given anew; what columns there are is the server's business. */
    private PreparedStatement copying(String table, Map<String, String> anew) throws SQLException {
        List<String> columns = columns(table);
        List<String> values = columns.stream()
                .map(column -> anew.getOrDefault(column, "\"" + column + "\""))
                .toList();
        return database.prepareStatement("insert into " + table + " (\"" + String.join("\", \"", columns)
                + "\") select " + String.join(", ", values) + " from (select * from " + table + " order by 1 limit 1)");
    }

    private List<String> columns(String table) throws SQLException {
        List<String> before = known.get(table);
        if (before != null) {
            return before;
        }
        List<String> columns = new ArrayList<>();
        try (Statement statement = database.createStatement();
                ResultSet rows = statement.executeQuery("select * from " + table + " limit 1")) {
            ResultSetMetaData columnsOf = rows.getMetaData();
            for (int i = 1; i <= columnsOf.getColumnCount(); i++) {
                columns.add(columnsOf.getColumnName(i));
            }
        }
        known.put(table, columns);
        return columns;
    }
}
