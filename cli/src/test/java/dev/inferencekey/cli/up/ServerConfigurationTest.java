package dev.inferencekey.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.cli.TestShell;
import dev.inferencekey.cli.TestShell.Result;
import dev.inferencekey.cli.api.RefusedException;
import dev.inferencekey.cli.setting.Setting;
import dev.inferencekey.server.app.MasterKeySource;
import dev.inferencekey.server.store.postgres.PostgresAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where settings come from: command line, variables, file. No platform is started. */
@Tag("slow")
class ServerConfigurationTest {
    private static final String PASSWORD = "hunter2";

    @TempDir
    private Path home;

    private final List<LaunchSettings> seen = new ArrayList<>();
    private TestShell shell;

    @BeforeEach
    void openShell() {
        shell = new TestShell(home).launching(settings -> {
            seen.add(settings);
            EmbeddedPlatform.check(settings);
            throw new RefusedException(0, "start_failed", "seen enough", null, null);
        });
    }

    private Path file(String text) throws IOException {
        return file(text, "rw-------");
    }

    private Path file(String text, String permissions) throws IOException {
        Path file = Files.writeString(home.resolve("ik.yaml"), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    private Result server(String... options) {
        return shell.run(
                Stream.concat(Stream.of("server"), Arrays.stream(options)).toArray(String[]::new));
    }

    private LaunchSettings settings(String... options) {
        seen.clear();
        Result result = server(options);
        assertThat(seen).as(result.err()).hasSize(1);
        return seen.getFirst();
    }

    /** What a start with this file is refused with. */
    private String refusal(String text) throws IOException {
        Result result = server("--config", file(text).toString());
        assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
        return result.err().replace(home + "/", "");
    }

    /** A value that each setting can have, by its name. */
    private static final Map<String, String> VALUES = Map.ofEntries(
            Map.entry("accept-empty-database", "true"),
            Map.entry("accept-new-master-key", "true"),
            Map.entry("access-log", "stdout"),
            Map.entry("admin-host", "0.0.0.0"),
            Map.entry("admin-port", "9999"),
            Map.entry("advertise", "127.0.0.1:9443"),
            Map.entry("allow-upstream", "api.example.com"),
            Map.entry("answer-timeout", "11s"),
            Map.entry("body-timeout", "12s"),
            Map.entry("control-client-ca", "ca.crt"),
            Map.entry("control-listener", "127.0.0.1:8443"),
            Map.entry("control-tls-cert", "control.crt"),
            Map.entry("control-tls-key", "control.key"),
            Map.entry("cors-origin", "https://app.example.com"),
            Map.entry("data", "/var/lib/other"),
            Map.entry("deny-upstream", "10.0.0.0/8"),
            Map.entry("drain", "13s"),
            Map.entry("engine-flags", "/etc/flags"),
            Map.entry("engine-isolation", "landlock"),
            Map.entry("engine-start-timeout", "14m"),
            Map.entry("engines", "off"),
            Map.entry("head-timeout", "15s"),
            Map.entry("host", "0.0.0.0"),
            Map.entry("idle-timeout", "16s"),
            Map.entry("keep-alive", "17s"),
            Map.entry("log-level", "debug"),
            Map.entry("master-key", "/etc/master.key"),
            Map.entry("max-body", "18MiB"),
            Map.entry("max-header", "19KiB"),
            Map.entry("max-upload", "20MiB"),
            Map.entry("max-wait", "21s"),
            Map.entry("max-waiting", "22"),
            Map.entry("models", "/srv/models"),
            Map.entry("node-lease", "23s"),
            Map.entry("node-name", "b"),
            Map.entry("node-tls-ca", "nodes.crt"),
            Map.entry("node-tls-cert", "node.crt"),
            Map.entry("node-tls-key", "node.key"),
            Map.entry("otlp-endpoint", "http://localhost:4318"),
            Map.entry("port", "8123"),
            Map.entry("public-url", "https://ai.example.com"),
            Map.entry("docs-url", "https://docs.example.com/"),
            Map.entry("role", "manager"),
            Map.entry("stop-timeout", "24s"),
            Map.entry("store", "postgresql://ik@db.example.com/inferencekey"),
            Map.entry("store-file", "STORE_FILE"),
            Map.entry("store-wait", "25s"),
            Map.entry("tls-cert", "tls.crt"),
            Map.entry("tls-key", "tls.key"),
            Map.entry("total-timeout", "26s"),
            Map.entry("trace-ratio", "0.5"),
            Map.entry("transport", "nio"),
            Map.entry("trusted-proxy", "192.0.2.0/24"),
            Map.entry("vllm-env", "0.11.0=/opt/vllm"),
            Map.entry("webhook", "https://hooks.example.com/x"),
            Map.entry("webhook-secret-file", "WEBHOOK_SECRET_FILE"),
            Map.entry("when-cut-off", "refuse"),
            Map.entry("when-cut-off-for", "27m"),
            Map.entry("when-journal-full", "refuse"));

    private Map<String, String> values() throws IOException {
        Path password = Files.writeString(home.resolve("password"), PASSWORD);
        Path secret = Files.writeString(home.resolve("whsec"), "whsec_" + "A".repeat(44));
        for (Path each : List.of(password, secret)) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rw-------"));
        }
        Map<String, String> values = new TreeMap<>(VALUES);
        values.put("store-file", password.toString());
        values.put("webhook-secret-file", secret.toString());
        return values;
    }

    @Test
    void everySettingMeansTheSameAsAFlagAsAVariableAndInTheFile() throws IOException {
        Map<String, String> values = values();
        assertThat(values.keySet())
                .as("a new option needs a value here")
                .containsExactlyInAnyOrderElementsOf(
                        ServerLine.table().all().stream().map(Setting::name).toList());
        LaunchSettings flagged = settings(values.entrySet().stream()
                .map(entry -> "true".equals(entry.getValue())
                        ? "--" + entry.getKey()
                        : "--" + entry.getKey() + "=" + entry.getValue())
                .toArray(String[]::new));

        StringBuilder text = new StringBuilder("# All of them.\n");
        values.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append("\n"));
        assertThat(settings("--config", file(text.toString()).toString())).isEqualTo(flagged);

        ServerLine.table().all().stream()
                // With an address of its own the variable holds the password, see StoreOptionsTest.
                .filter(setting -> !setting.name().equals("store"))
                .forEach(setting -> shell.with(setting.variable(), values.getOrDefault(setting.name(), "")));
        assertThat(settings("--store=" + values.get("store"))).isEqualTo(flagged);
        assertThat(flagged.traffic()).hasNoNullFieldsOrProperties();
        assertThat(flagged.node()).hasNoNullFieldsOrProperties();
        assertThat(flagged.edge()).hasNoNullFieldsOrProperties();
        assertThat(flagged.dataFolder()).isEqualTo(Path.of("/var/lib/other"));
        assertThat(flagged.masterKey()).isEqualTo(new MasterKeySource.File(Path.of("/etc/master.key")));
    }

    @Test
    void aFlagWinsOverAVariableAVariableOverTheFileAndTheFileOverTheDefault() throws IOException {
        String config = file("drain: 1s\nmax-wait: 1s\nkeep-alive: 1s\n").toString();
        shell.with("INFERENCEKEY_DRAIN", "2s").with("INFERENCEKEY_MAX_WAIT", "2s");
        LaunchSettings.Traffic traffic =
                settings("--config", config, "--drain=3s").traffic();
        assertThat(traffic.drain()).isEqualTo(Duration.ofSeconds(3));
        assertThat(traffic.maxWait()).isEqualTo(Duration.ofSeconds(2));
        assertThat(traffic.keepAlive()).isEqualTo(Duration.ofSeconds(1));
        assertThat(traffic.bodyTimeout()).isNull();
    }

    @Test
    void theEnvironmentMayNameTheFile() throws IOException {
        shell.with("INFERENCEKEY_CONFIG", file("port: 8124").toString());
        assertThat(settings().port()).isEqualTo(8124);
    }

    @Test
    void whatMayBeRepeatedIsAListInTheFileAndSeparatedByCommasInAVariable() throws IOException {
        String config = file("""
                cors-origin:
                  - https://a.example.com
                  - https://b.example.com
                trusted-proxy: [10.0.0.0/8, "fd00::/8"]
                """).toString();
        LaunchSettings.Edge edge = settings("--config", config).edge();
        assertThat(edge.corsOrigins()).containsExactly("https://a.example.com", "https://b.example.com");
        assertThat(edge.trustedProxies()).containsExactly("10.0.0.0/8", "fd00::/8");
        shell.with("INFERENCEKEY_CORS_ORIGIN", "https://c.example.com, https://d.example.com");
        assertThat(settings("--config", config).edge().corsOrigins())
                .containsExactly("https://c.example.com", "https://d.example.com");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'port: 1\nmax-bdy: 1MiB' | 'ik.yaml:2: there is no setting \"max-bdy\"; did you mean max-body?'",
                "'max_body: 1MiB' | 'ik.yaml:1: there is no setting \"max_body\"; did you mean max-body?'",
                "'server:\n  port: 1' | 'ik.yaml:1: there is no setting \"server\"; settings are flat'",
                "'nothing-like-it: 1' | 'ik.yaml:1: there is no setting \"nothing-like-it\"; `ik config show` lists all of them'",
                "'config: other.yaml' | 'ik.yaml:1: a configuration file can''t name another one'",
                "'port: 1\n\nport: 2' | 'ik.yaml:3: port is already set in line 1; keep one of them'",
                "'# one\nport: many' | 'ik.yaml:2: port: ''many'' is not an int'",
                "'port: true' | 'ik.yaml:1: port: ''true'' is not an int'",
                "'port: 70000' | 'ik.yaml:1: port must be between 0 and 65535'",
                "'port: [1, 2]' | 'ik.yaml:1: port takes one value, not a list'",
                "'port:\n  number: 1' | 'ik.yaml:1: port takes a value, such as \"port: PORT\"'",
                "'cors-origin:\n- a:\n   b: 1' | 'ik.yaml:2: cors-origin takes a value'",
                "'port:' | 'ik.yaml:1: port has no value; take the line away to leave it at its default'",
                "'drain: soon' | 'ik.yaml:1: drain: expected a duration such as'",
                "'drain: 30' | 'ik.yaml:1: drain: expected a duration such as'",
                "'max-body: 3MB' | 'ik.yaml:1: max-body: expected a size such as 64KiB, 32MiB or 1GiB, not ''3MB'''",
                "'engines: yes' | 'ik.yaml:1: engines must be one of on, off'",
                "'accept-empty-database: 1' | 'ik.yaml:1: accept-empty-database must be true or false'",
                "'\ntls-cert: a.crt' | 'ik.yaml:2: tls-cert and --tls-key go together'",
                "'trusted-proxy: example.com' | 'ik.yaml:1: trusted-proxy: the trusted proxy \"example.com\" is no IP address'",
                "'deny-upstream: 10.0.0.0/33' | 'ik.yaml:1: deny-upstream: '",
                "'cors-origin: example.com' | 'ik.yaml:1: cors-origin: the origin \"example.com\" must be'",
                "'store: mysql://db/x' | 'ik.yaml:1: store: the address of the store does not begin with postgresql://'",
                "'port: 1\n---\nport: 2' | 'a configuration file holds one document'",
                "'- port: 1' | 'ik.yaml:1: settings are written as \"name: value\"'",
                "'port' | 'ik.yaml:1: settings are written as \"name: value\"'",
                "'host: *a' | 'ik.yaml:1: aliases (*name) are not supported'",
                "'host: !!java.net.URL x' | 'ik.yaml:1: tags (!name) are not supported'",
                "'<<: {port: 1}' | 'ik.yaml:1: there is no setting \"<<\"'",
                "'port: \"1' | 'ik.yaml:1: '",
            })
    void whatIsWrongInTheFileIsToldWithItsLineAndKey(String text, String why) throws IOException {
        assertThat(refusal(text)).contains(why).doesNotContain("Exception");
        assertThat(seen.size()).as("nothing starts").isLessThanOrEqualTo(1);
    }

    @Test
    void whatIsWrongInAVariableIsToldWithItsName() {
        shell.with("INFERENCEKEY_MAX_WAITING", "many");
        assertThat(server().err()).contains("INFERENCEKEY_MAX_WAITING: 'many' is not an int");
        shell.with("INFERENCEKEY_MAX_WAITING", "-1");
        assertThat(server().err()).contains("INFERENCEKEY_MAX_WAITING must be between 0 and 1000000");
        shell.with("INFERENCEKEY_MAX_WAITING", "1").with("INFERENCEKEY_ACCEPT_EMPTY_DATABASE", "maybe");
        assertThat(server().err()).contains("INFERENCEKEY_ACCEPT_EMPTY_DATABASE must be true or false");
    }

    @Test
    void anEmptyFileAndOneOfCommentsAloneSayNothing() throws IOException {
        LaunchSettings defaults = settings();
        assertThat(settings("--config", file("").toString())).isEqualTo(defaults);
        assertThat(settings("--config", file("# port: 1\n\n").toString())).isEqualTo(defaults);
    }

    @Test
    void aFileThatIsMissingTooLongOrNoTextIsRefused() throws IOException {
        assertThat(server("--config", home.resolve("none.yaml").toString()).err())
                .contains("none.yaml: there is no such configuration file");
        assertThat(server("--config", home.toString()).err()).contains("can't be read");
        assertThat(refusal("# " + "x".repeat(300_000))).contains("longer than a configuration file may be (256 KiB)");
        Path binary = Files.write(home.resolve("binary"), new byte[] {(byte) 0xff, 0x00});
        assertThat(server("--config", binary.toString()).err()).contains("is not text in UTF-8");
    }

    /** Nine levels of nine references each: four hundred million values if anything expanded them. */
    @Test
    void aliasesAreNotExpanded() throws IOException {
        StringBuilder bomb = new StringBuilder("cors-origin: &l0 [x,x,x,x,x,x,x,x,x]\n");
        for (int level = 1; level < 9; level++) {
            bomb.append("models: &l" + level + " [" + ("*l" + (level - 1) + ",").repeat(9) + "]\n");
        }
        assertThat(refusal(bomb.toString())).contains("ik.yaml:2: aliases (*name) are not supported");
    }

    @Test
    void aPasswordInTheFileWorksAndIsNeverShown() throws IOException {
        String config = file("store: postgresql://ik:" + PASSWORD + "@db.example.com/inferencekey\n")
                .toString();
        assertThat(settings("--config", config).store())
                .isEqualTo(PostgresAddress.parse("postgresql://ik:hunter2@db.example.com/inferencekey"));
        Result shown = shell.run("config", "show", "--config", config);
        assertThat(shown.out())
                .containsPattern("store +postgresql://[^@]+@db.example.com/inferencekey")
                .doesNotContain(PASSWORD);
    }

    @Test
    void theVariableMayHoldThePasswordAloneOrAnotherAddress() throws IOException {
        String config = file("store: postgresql://ik@db.example.com/inferencekey\n", "rw-r--r--")
                .toString();
        shell.with("INFERENCEKEY_STORE", PASSWORD);
        assertThat(settings("--config", config).store())
                .isEqualTo(PostgresAddress.parse("postgresql://ik:hunter2@db.example.com/inferencekey"));
        assertThat(shell.run("config", "show", "--config", config).out()).doesNotContain(PASSWORD);
        shell.with("INFERENCEKEY_STORE", "postgresql://ik:hunter2@elsewhere.example.com/inferencekey");
        assertThat(settings("--config", config).store())
                .isEqualTo(PostgresAddress.parse("postgresql://ik:hunter2@elsewhere.example.com/inferencekey"));
    }

    static Stream<Arguments> secrets() {
        return Stream.of(
                Arguments.of("store", "postgresql://ik:hunter2@db/inferencekey"),
                Arguments.of("store", "hunter2"),
                Arguments.of("webhook", "https://hooks.example.com/hunter2"),
                Arguments.of("otlp-endpoint", "http://me:hunter2@collector:4318"));
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void secretsInAFileThatEverybodyMayReadAreRefusedAndNotRepeated(String name, String value) throws IOException {
        Path file = file("port: 1\n" + name + ": " + value + "\n", "rw-r--r--");
        Result result = server("--config", file.toString());
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains(file + ":2: " + name + " holds a secret", "chmod 640 " + file)
                .doesNotContain(PASSWORD);
        assertThat(seen).isEmpty();
    }

    @Test
    void aFileThatEverybodyMayChangeIsRefused() throws IOException {
        Path file = file("port: 1\n", "rw-rw-rw-");
        assertThat(server("--config", file.toString()).err())
                .contains("can be changed by every user of this machine", "chmod o-w " + file);
    }

    @Test
    void aMisspeltVariableIsNamedAndThoseOfClientsAreNotTaken() {
        shell.with("INFERENCEKEY_MAX_BODYS", "1MiB")
                .with("INFERENCEKEY_WHATEVER_THIS_IS", "1")
                .with("INFERENCEKEY_API_KEY", "ik_live_x")
                .with("INFERENCEKEY_BASE_URL", "http://elsewhere")
                .with("INFERENCEKEY_WEBHOOK_SECRET_FILES", "x")
                .with("INFERENCEKEY_PROJECT", "acme");
        Result result = server();
        assertThat(result.err())
                .contains("the variable INFERENCEKEY_MAX_BODYS is no setting of a server; did you mean"
                        + " INFERENCEKEY_MAX_BODY?")
                .contains("the variable INFERENCEKEY_WHATEVER_THIS_IS is no setting of a server\n")
                .contains("did you mean INFERENCEKEY_WEBHOOK_SECRET_FILE?")
                .doesNotContain("API_KEY", "BASE_URL", "INFERENCEKEY_PROJECT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"INFERENCEKEY_PORT", "INFERENCEKEY_ADMIN_PORT"})
    void whatKubernetesPutsThereForAServiceIsNoPort(String variable) {
        shell.with(variable, "tcp://10.0.0.7:8080")
                .with("INFERENCEKEY_SERVICE_HOST", "10.0.0.7")
                .with("INFERENCEKEY_MANAGER_SERVICE_PORT_HTTPS", "8443")
                .with("INFERENCEKEY_PORT_8080_TCP_ADDR", "10.0.0.7");
        LaunchSettings settings = settings();
        assertThat(settings.port()).isEqualTo(8080);
        assertThat(settings.observability().adminPort()).isNull();
        assertThat(server().err()).doesNotContain("is no setting");
    }

    @Test
    void whatIsMeantForOneStartIsNamedWhereItStays() throws IOException {
        String config = file("accept-empty-database: true\naccept-new-master-key: false\n")
                .toString();
        LaunchSettings settings = settings("--config", config);
        assertThat(settings.recovery()).isEqualTo(new LaunchSettings.Recovery(true, false));
        assertThat(server("--config", config).err())
                .contains("accept-empty-database is meant for one start; remove it (" + config + ":1)")
                .doesNotContain("accept-new-master-key");
    }
}
