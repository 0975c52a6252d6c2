package dev.inferencekey.server.store.sqlite;

import static dev.inferencekey.server.store.StoreData.ACME;
import static dev.inferencekey.server.store.StoreData.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.credential.CredentialSearch;
import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.credential.Liveness;
import dev.inferencekey.server.domain.credential.SecretDigest;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.upstream.SecretBinding;
import dev.inferencekey.server.domain.upstream.UpstreamHost;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.store.AccessChangeLog;
import dev.inferencekey.server.ports.store.KeyFilter;
import dev.inferencekey.server.ports.store.NewerDataException;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import dev.inferencekey.server.ports.store.UpstreamSecretStore;
import dev.inferencekey.server.store.StoreData;
import dev.inferencekey.server.store.sql.SchemaVersion;
import dev.inferencekey.server.store.sql.Sessions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConfig.SynchronousMode;

/** The file: what it survives, what it says when it can't be used, and what is not in it. */
final class SqliteFileTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void chooseFile() {
        file = folder.resolve("inferencekey.db");
    }

    @Test
    void keepsWhatWasWrittenAndNumbersOnAfterItWasOpenedAgain() {
        try (SqliteStore store = filled()) {
            store.write(s -> s.workloads().insert(StoreData.workload("wl_1", ACME, "bot")));
        }

        try (SqliteStore store = SqliteStore.open(file)) {
            assertThat(store.<Optional<Workload>>read(s -> s.workloads().find("wl_1")))
                    .contains(StoreData.workload("wl_1", ACME, "bot"));
        }
    }

    @Test
    void letsNobodyElseReadAnyOfItsFiles() throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));

        try (SqliteStore store = filled()) {
            store.write(s -> s.workloads().insert(StoreData.workload("wl_1", ACME, "bot")));
            try (var files = Files.list(folder)) {
                List<Path> all = files.toList();
                assertThat(all).hasSizeGreaterThan(1);
                for (Path one : all) {
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(one)))
                            .as(one.toString())
                            .isEqualTo("rw-------");
                }
            }
        }
    }

    @Test
    void knowsTheNewestOfItsMigrations() {
        assertThat(migration(SchemaVersion.CURRENT)).isPresent();
        assertThat(migration(SchemaVersion.CURRENT + 1)).isEmpty();
    }

    @Test
    void saysSoIfAListOfUsageIsToGoOnFromNowhere() {
        try (SqliteStore store = SqliteStore.open(file)) {
            for (String cursor : List.of("use_1", ".", "x.use_1", "99999999999999999999.use_1")) {
                assertThatThrownBy(() ->
                                store.<Page<UsageRecord>>read(s -> s.usage().list("acme", new PageRequest(10, cursor))))
                        .isInstanceOf(InvalidFieldException.class)
                        .hasMessageContaining("cursor");
            }
        }
    }

    @Test
    void saysSoIfAListOfKeysIsToGoOnFromNowhere() {
        try (SqliteStore store = filled()) {
            for (String cursor : List.of("key_1", "-1", "9999999999999999999")) {
                assertThatThrownBy(() -> store.<Page<IssuedApiKey>>read(
                                s -> s.apiKeys().list(ACME.id(), new PageRequest(10, cursor))))
                        .isInstanceOf(InvalidFieldException.class)
                        .hasMessageContaining("cursor");
            }
        }
    }

    @Test
    void findsTheKeysThatAnEarlierReleaseWrote() throws Exception {
        Flyway.configure()
                .dataSource("jdbc:sqlite:" + file, null, null)
                .locations("classpath:db/sqlite")
                .target("4")
                .load()
                .migrate();
        execute("insert into tenants (id, slug, name, created_at) values ('ten_1', 't', 'T', 0)");
        execute("insert into projects (id, tenant_id, slug, name, created_at) values ('p1', 'ten_1', 'a', 'A', 0)");
        for (String key :
                List.of("'key_2', 'Web two', 'bot other'", "'key_1', 'web', '*'", "'key_3', 'batch', 'bot'")) {
            execute("insert into api_keys (id, name, grants, project_id, state, created_at, created_by) values (" + key
                    + ", 'p1', 'active', 0, 'operator')");
            String id = key.substring(1, 6);
            execute("insert into api_key_secrets (credential_id, generation, public_id, sha256, created_at) values ('"
                    + id + "', 1, '0000000" + id.charAt(4) + "', zeroblob(32), 0)");
        }

        try (SqliteStore store = SqliteStore.open(file)) {
            assertThat(names(store, KeyFilter.ALL)).containsExactly("batch", "Web two", "web");
            assertThat(names(store, new KeyFilter(CredentialSearch.ofKeys("search", "WEB"), null, null, false)))
                    .containsExactly("Web two", "web");
            assertThat(names(store, new KeyFilter(null, Liveness.ALIVE, "bot", false)))
                    .containsExactly("batch", "Web two", "web");
            assertThat(names(store, new KeyFilter(null, null, "other", false))).containsExactly("Web two", "web");
            assertThat(names(store, new KeyFilter(null, null, null, true))).containsExactly("web");
        }
    }

    private static List<String> names(SqliteStore store, KeyFilter filter) {
        return store
                .<Page<IssuedApiKey>>read(s -> s.apiKeys().list("p1", filter, NOW, PageRequest.first()))
                .items()
                .stream()
                .map(IssuedApiKey::name)
                .toList();
    }

    @Test
    void keepsTheUsageThatTheFirstReleaseWrote() throws Exception {
        Flyway.configure()
                .dataSource("jdbc:sqlite:" + file, null, null)
                .locations("classpath:db/sqlite")
                .target("1")
                .load()
                .migrate();
        execute("insert into tenants values ('ten_0001', 'default', 'Default', 1)");
        execute("insert into projects values ('proj_0001', 'ten_0001', 'acme', 'Acme', 1)");
        for (String id : List.of("use_2", "use_1")) {
            execute("""
                    insert into usage_records (id, at, project_slug, workload_id, workload_slug, key_id, public_id,
                                               client_address, route, model, status, input_tokens, output_tokens,
                                               cached_tokens, duration_micros, first_byte_micros, request_bytes,
                                               response_bytes, streamed, cancelled)
                    values ('%s', 5, 'acme', 'wl_1', 'bot', 'key_1', 'a1b2c3d4', '192.0.2.7', 'v1/embeddings', 'tiny',
                            200, 1, 2, null, 3, 4, 5, 6, 0, 1)
                    """.formatted(id));
        }

        try (SqliteStore store = SqliteStore.open(file)) {
            List<UsageRecord> kept = store.<Page<UsageRecord>>read(
                            s -> s.usage().list("acme", PageRequest.first()))
                    .items();
            assertThat(kept).extracting(UsageRecord::id).containsExactly("use_2", "use_1");
            assertThat(kept.getLast())
                    .isEqualTo(new UsageRecord(
                            "use_1",
                            "",
                            Instant.EPOCH.plusNanos(5_000),
                            "acme",
                            "wl_1",
                            "bot",
                            "key_1",
                            "a1b2c3d4",
                            "192.0.2.7",
                            "v1/embeddings",
                            "tiny",
                            200,
                            1L,
                            2L,
                            null,
                            3,
                            4L,
                            5,
                            6,
                            false,
                            true,
                            false,
                            null,
                            null,
                            null));
        }
    }

    @Test
    void bindsTheSecretsOfAnEarlierReleaseToWhereWorkloadsSendThem() throws SQLException {
        Flyway.configure()
                .dataSource("jdbc:sqlite:" + file, null, null)
                .locations("classpath:db/sqlite")
                .target("9")
                .load()
                .migrate();
        execute("insert into tenants values ('ten_0001', 'default', 'Default', 1)");
        for (String project : List.of("a", "b")) {
            execute("insert into projects values ('" + project + "', 'ten_0001', '" + project + "', 'P', 1)");
            execute("insert into upstream_secrets values ('" + project + "', 'used', zeroblob(32), 7)");
            execute("insert into upstream_secrets values ('" + project + "', 'unused', zeroblob(32), 7)");
        }
        List<String> urls = List.of(
                "https://API.example.com/v1", "http://10.0.0.5:8000", "http://[::1]/x", "https://[fd00::2]:8443/v1/");
        for (int i = 0; i < urls.size(); i++) {
            execute("""
                    insert into workloads (id, project_id, slug, name, task_type, backend, model_name, config, revision,
                                           created_at, updated_at)
                    values ('w%1$d', 'a', 'w%1$d', 'W', 'text2text', 'external', 'm',
                            '{"base_url":"%2$s","secret_ref":"used"}', 1, 1, 1)
                    """.formatted(i, urls.get(i)));
        }

        try (SqliteStore store = SqliteStore.open(file)) {
            List<UpstreamSecretStore.Entry> ofA =
                    store.read(s -> s.upstreamSecrets().list("a"));
            assertThat(ofA).extracting(UpstreamSecretStore.Entry::name).containsExactly("unused", "used");
            assertThat(ofA.getFirst().binding()).isEqualTo(SecretBinding.NOTHING);
            assertThat(ofA.getLast().createdAt()).isEqualTo(ofA.getLast().updatedAt());
            SecretBinding used = ofA.getLast().binding();
            assertThat(used.engines()).isFalse();
            assertThat(used.hosts())
                    .containsExactlyInAnyOrder(
                            new UpstreamHost("api.example.com", 443),
                            new UpstreamHost("10.0.0.5", 8000),
                            new UpstreamHost("::1", 80),
                            new UpstreamHost("fd00::2", 8443));
            assertThat(store.<List<UpstreamSecretStore.Entry>>read(
                            s -> s.upstreamSecrets().list("b")))
                    .allMatch(entry -> entry.binding().equals(SecretBinding.NOTHING));
        }
    }

    private static Optional<Path> migration(int version) {
        try (var files = Files.list(Path.of("src/main/resources/db/sqlite"))) {
            return files.filter(path -> path.getFileName().toString().startsWith("V" + version + "__"))
                    .findFirst();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void keysAndWorkloadsOfTheFirstReleaseHaveNoLimitsAndCanGetSome() throws SQLException {
        Flyway.configure()
                .dataSource("jdbc:sqlite:" + file, null, null)
                .locations("classpath:db/sqlite")
                .target("1")
                .load()
                .migrate();
        execute("insert into tenants values ('ten_0001', 'default', 'Default', 1)");
        execute("insert into projects values ('proj_0001', 'ten_0001', 'acme', 'Acme', 1)");
        execute("insert into api_keys values ('key_1', 'proj_0001', 'web', '*', 'active', null, 1, 'operator')");
        execute("insert into api_key_secrets values ('key_1', 1, '0a1b2c3d', zeroblob(32), 1, null, null, null)");
        Limits limits = new Limits(60, null, 4);

        try (SqliteStore store = SqliteStore.open(file)) {
            assertThat(limitsOfKey(store)).isEqualTo(Limits.NONE);
            store.write(s -> s.apiKeys().update("key_1", "web", Grants.ofEntireProject(), null, limits));
            store.write(s -> s.workloads().insert(StoreData.workload("wl_1", ACME, "bot")));
            store.write(s -> {
                s.workloads().setLimits("wl_1", limits);
                return true;
            });
        }

        try (SqliteStore store = SqliteStore.open(file)) {
            assertThat(limitsOfKey(store)).isEqualTo(limits);
            assertThat(store.<Limits>read(s -> s.workloads().limits("wl_1"))).isEqualTo(limits);
        }
    }

    private static Limits limitsOfKey(SqliteStore store) {
        return store.read(s -> s.apiKeys().find("key_1").orElseThrow().limits());
    }

    @Test
    void refusesTheDataOfANewerReleaseAndLeavesItAsItIs() throws Exception {
        filled().close();
        execute("""
                insert into flyway_schema_history (installed_rank, version, description, type, script, checksum,
                                                   installed_by, execution_time, success)
                values (99, '99', 'later', 'SQL', 'V99__later.sql', 1, 'InferenceKey 9.9.0', 1, 1)
                """);
        byte[] before = Files.readAllBytes(file);

        assertThatThrownBy(() -> SqliteStore.open(file))
                .isInstanceOf(NewerDataException.class)
                .hasMessageContaining("was written by InferenceKey 9.9.0 in data version 99")
                .hasMessageContaining("start that release or a newer one");

        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void saysSoWhenTheFileIsSomethingElseAndLeavesItAsItIs() throws IOException {
        byte[] garbage = "This is not a database, and much longer than the sixteen bytes of a header."
                .getBytes(StandardCharsets.US_ASCII);
        Files.write(file, garbage);

        assertThatThrownBy(() -> SqliteStore.open(file))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("is damaged or not a database of this product");
        assertThat(file).hasBinaryContent(garbage);
    }

    @Test
    void saysSoWhenTheDatabaseBelongsToAnotherProduct() throws SQLException {
        execute("create table recipes (id integer primary key)");

        assertThatThrownBy(() -> SqliteStore.open(file))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("can't be brought up to date");
    }

    @Test
    void saysSoWhenTheFolderIsMissing() {
        assertThatThrownBy(() -> SqliteStore.open(folder.resolve("no/such/inferencekey.db")))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("check that its folder exists");
    }

    @Test
    void changesNothingWhenTheDiskIsFullAndGoesOnWhenThereIsSpace() {
        try (SqliteStore store = filled()) {
            long pages = pragma(store, "pragma page_count");
            pragma(store, "pragma max_page_count = " + (pages + 4));

            assertThatThrownBy(() -> store.<Boolean>write(SqliteFileTest::manyWorkloads))
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessage("the disk that holds the data folder is full; free some space and try again,"
                            + " nothing was changed");
            assertThat(store.<List<Workload>>read(s -> s.workloads().all())).isEmpty();

            pragma(store, "pragma max_page_count = 1000000");
            assertThat(store.<Boolean>write(s -> s.workloads().insert(StoreData.workload("wl_1", ACME, "bot"))))
                    .isTrue();
        }
    }

    @Test
    void onAFullDiskUrgentChangesUseRoomThatIsSetAsideAndOrdinaryOnesWaitForIt() throws IOException {
        Path reserve = folder.resolve("inferencekey.db-reserve");
        try (SqliteStore store = filled()) {
            assertThat(reserve).hasSize(SqliteReserve.BYTES);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(reserve)))
                    .isEqualTo("rw-------");
            pragma(store, "pragma max_page_count = " + (pragma(store, "pragma page_count") + 4));

            // The file gives its room back in vain: the bound here is another than the disk's.
            assertThatThrownBy(() -> store.<Boolean>writeUrgently(SqliteFileTest::manyWorkloads))
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("is full");
            assertThat(store.isFull()).isTrue();
            assertThat(reserve).isEmptyFile();
            assertThat(store.<Boolean>writeUrgently(s -> s.projects().rename(ACME.id(), "still possible")))
                    .isTrue();
            assertThat(store.isFull()).isTrue();
            assertThat(reserve).isEmptyFile();

            assertThat(store.<Boolean>write(s -> s.projects().rename(ACME.id(), "there is room again")))
                    .isTrue();
            assertThat(reserve).hasSize(SqliteReserve.BYTES);
            assertThat(store.isFull()).isFalse();
        }
    }

    @Test
    void anOrdinaryChangeWaitsUntilTheRoomIsThereAgain() throws IOException {
        SqliteReserve nowhere = new SqliteReserve(
                folder.resolve("no/such/folder/reserve"), SqliteReserve.BYTES, new SplittableRandom(1));
        try (SqliteStore store = filled()) {
            store.read(s -> s.projects().find("acme"));
        }
        try (SqliteStore store = SqliteStore.open(file, nowhere, SynchronousMode.FULL)) {
            assertThat(store.isFull()).isTrue();
            assertThatThrownBy(() -> store.<Boolean>write(s -> s.projects().rename(ACME.id(), "x")))
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("is full");
            assertThat(store.<Boolean>writeUrgently(s -> s.projects().rename(ACME.id(), "y")))
                    .isTrue();
        }
    }

    private static boolean manyWorkloads(StoreSession session) {
        for (int i = 0; i < 1000; i++) {
            session.workloads().insert(StoreData.workload("wl_" + i, ACME, "bot-" + i));
        }
        return true;
    }

    private static long pragma(SqliteStore store, String sql) {
        return store.<Long>write(s -> Sessions.query(s, sql).mapTo(Long.class).one());
    }

    @Test
    void saysSoWhenAnotherProcessHoldsTheFile() throws SQLException {
        try (SqliteStore store = filled();
                Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = other.createStatement()) {
            statement.execute("begin immediate");

            assertThatThrownBy(() -> store.<Boolean>write(s -> s.workloads().delete("wl_1")))
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageStartingWith("another process holds the database; stop it and try again")
                    // Callers see the message, and whoever reads the log the cause.
                    .hasMessageNotContaining(folder.toString())
                    .cause()
                    .hasMessageContaining(file.toString());

            statement.execute("rollback");
            assertThat(store.<Boolean>write(s -> s.workloads().delete("wl_1"))).isFalse();
        }
    }

    @Test
    void saysSoWhenItWasClosed() {
        SqliteStore store = filled();
        store.close();
        store.close();

        assertThatThrownBy(() -> store.<AccessChangeLog.Position>read(
                        s -> s.accessChanges().last()))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void neverShowsSqlInAMessage() {
        try (SqliteStore store = filled()) {
            Workload stray = StoreData.workload("wl_1", StoreData.project("proj_none", "none"), "bot");

            assertThatThrownBy(() -> store.<Boolean>write(s -> s.workloads().insert(stray)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the store refused a change: SQLITE_CONSTRAINT_FOREIGNKEY");
        }
    }

    @Test
    void holdsTheDigestOfASecretAndNothingElseOfIt() throws IOException {
        LiveKey key = LiveKey.mint(new SecureRandom());
        String secret = key.reveal().substring(key.reveal().lastIndexOf('_') + 1);
        CredentialSecret kept =
                new CredentialSecret(key.publicId(), SecretDigest.of(key.secretSha256()), NOW, null, null, null);
        try (SqliteStore store = filled()) {
            store.write(s -> s.apiKeys().insert(StoreData.apiKey("key_1", ACME, Grants.ofEntireProject(), kept)));
            assertNowhere(secret);
        }
        assertNowhere(secret);
    }

    private void assertNowhere(String secret) throws IOException {
        String raw = new String(HexFormat.of().parseHex(secret), StandardCharsets.ISO_8859_1);
        try (var files = Files.list(folder)) {
            for (Path one : files.toList()) {
                try (InputStream in = Files.newInputStream(one)) {
                    String content = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
                    assertThat(content.contains(secret)).as(one.toString()).isFalse();
                    assertThat(content.contains(raw)).as(one.toString()).isFalse();
                }
            }
        }
    }

    private SqliteStore filled() {
        SqliteStore store = SqliteStore.open(file);
        StoreData.fill(store);
        return store;
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
