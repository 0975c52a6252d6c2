package dev.inferencekey.cli.up;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.cli.TestShell;
import dev.inferencekey.cli.TestShell.Result;
import dev.inferencekey.cli.api.RefusedException;
import dev.inferencekey.server.app.MasterKeySource;
import dev.inferencekey.server.store.postgres.PostgresAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the compose file asks of the image is what the image has, and its settings are settings. No container is started. */
@Tag("slow")
class ComposeFileTest {
    private static final Path FOLDER = Path.of("..", "deploy", "compose");
    private static final Path IMAGE = Path.of("..", "deploy", "oci", "config.json");
    private static final List<String> OURS = List.of("platform", "second");
    private static final String PASSWORD = "0123456789abcdef".repeat(4);
    private static final String SECRETS = "/run/secrets/";
    private static final Pattern DEFAULT = Pattern.compile("\\$\\{[A-Z_]+:-([^}]*)}");

    @TempDir
    private Path temp;

    private Map<String, Object> compose;
    private JsonNode image;

    @BeforeEach
    void read() throws IOException {
        compose = map(new Load(LoadSettings.builder().build())
                .loadFromString(Files.readString(FOLDER.resolve("compose.yaml"))));
        String config = Files.readString(IMAGE).replaceAll("@(LABELS|DIFFS)@", "");
        image = JsonMapper.shared().readTree(config).get("config");
    }

    @ParameterizedTest
    @ValueSource(strings = {"platform", "second"})
    void aServerTakesItsSettings(String name) throws IOException {
        LaunchSettings settings = settings(name, Map.of());
        assertThat(settings.store())
                .isEqualTo(PostgresAddress.parse("postgresql://inferencekey:" + PASSWORD + "@database/inferencekey"));
        assertThat(settings.masterKey()).isEqualTo(new MasterKeySource.File(temp.resolve("master-key")));
        assertThat(settings.node().name()).isEqualTo(name.equals("platform") ? "first" : name);
        assertThat(settings.dataFolder()).isEqualTo(Path.of("/var/lib/inferencekey"));
        assertThat(settings.host()).isEqualTo("0.0.0.0");
    }

    /** Compose hands on {@code ${NAME:-}} as an empty text. */
    @Test
    void anEmptyVariableIsNone() throws IOException {
        assertThat(settings("platform", Map.of("INFERENCEKEY_PUBLIC_URL", "")))
                .isEqualTo(settings("platform", Map.of()));
    }

    @Test
    void theHealthCheckIsTheImagesOwn() {
        for (String name : OURS) {
            assertThat(map(service(name).get("healthcheck")).get("test"))
                    .isEqualTo(image.at("/Healthcheck/Test")
                            .valueStream()
                            .map(JsonNode::asString)
                            .toList());
        }
    }

    @Test
    void aServerMayWriteItsVolumeAndNothingElse() {
        for (String name : OURS) {
            Map<String, Object> service = service(name);
            assertThat(service)
                    .containsEntry("read_only", true)
                    .containsEntry("cap_drop", List.of("ALL"))
                    .containsEntry("tmpfs", List.of("/tmp"))
                    .containsEntry("security_opt", List.of("no-new-privileges:true"));
            assertThat(strings(service.get("volumes")))
                    .singleElement()
                    .asString()
                    .endsWith(":"
                            + image.get("Volumes").propertyNames().iterator().next());
        }
    }

    /** Two servers with one volume, or a volume or secret that is not declared, would be found when it is too late. */
    @Test
    void whatServicesUseIsDeclared() {
        List<String> volumes = new ArrayList<>();
        TreeSet<String> secrets = new TreeSet<>();
        map(compose.get("services")).values().forEach(service -> {
            strings(map(service).get("volumes")).forEach(volume -> volumes.add(volume.replaceAll(":.*", "")));
            secrets.addAll(strings(map(service).get("secrets")));
        });
        assertThat(volumes)
                .containsExactlyInAnyOrderElementsOf(map(compose.get("volumes")).keySet());
        assertThat(secrets)
                .containsExactlyInAnyOrderElementsOf(map(compose.get("secrets")).keySet());
    }

    @Test
    void secretsAreFilesThatTheScriptMakes() throws IOException {
        assertThat(Files.readString(FOLDER.resolve("secrets.sh")))
                .contains("for name in "
                        + String.join(" ", map(compose.get("secrets")).keySet()) + "; do")
                .contains("chown " + image.get("User").asString() + " ");
        map(compose.get("secrets"))
                .forEach(
                        (name, secret) -> assertThat(map(secret)).containsOnly(Map.entry("file", "./secrets/" + name)));
        map(compose.get("services"))
                .values()
                .forEach(service -> map(map(service).get("environment")).forEach((variable, value) -> {
                    if (variable.matches(".*(PASSWORD|MASTER_KEY|STORE|SECRET).*")) {
                        assertThat(variable).endsWith("_FILE");
                        assertThat(value).asString().startsWith(SECRETS);
                    }
                }));
    }

    /** What a server makes of the image's variables, the service's and these. */
    private LaunchSettings settings(String name, Map<String, String> more) throws IOException {
        Map<String, Object> service = service(name);
        Map<String, String> environment = new TreeMap<>();
        image.get("Env").forEach(each -> {
            String[] pair = each.asString().split("=", 2);
            environment.put(pair[0], pair[1]);
        });
        map(service.get("environment")).forEach((variable, value) -> environment.put(variable, text(value)));
        environment.putAll(more);
        List<LaunchSettings> seen = new ArrayList<>();
        TestShell shell = new TestShell(temp).launching(settings -> {
            seen.add(settings);
            throw new RefusedException(0, "start_failed", "seen enough", null, null);
        });
        for (String secret : strings(service.get("secrets"))) {
            Files.writeString(temp.resolve(secret), PASSWORD);
            Files.setPosixFilePermissions(temp.resolve(secret), PosixFilePermissions.fromString("rw-------"));
        }
        environment.forEach((variable, value) -> shell.with(variable, value.replace(SECRETS, temp + "/")));
        Result result = shell.run(strings(service.get("command")).toArray(String[]::new));
        assertThat(seen).as(result.err()).hasSize(1);
        assertThat(result.err()).as("variables that are no settings").doesNotContain("INFERENCEKEY_");
        return seen.getFirst();
    }

    private Map<String, Object> service(String name) {
        return map(map(compose.get("services")).get(name));
    }

    private static List<String> strings(@Nullable Object list) {
        return ((List<?>) requireNonNull(list))
                .stream().map(ComposeFileTest::text).toList();
    }

    /** With the values that hold if nothing is set. */
    private static String text(Object value) {
        Matcher matcher = DEFAULT.matcher(value.toString());
        return matcher.replaceAll("$1");
    }

    /** With what {@code <<} brings. */
    private static Map<String, Object> map(@Nullable Object value) {
        Map<String, Object> map = new LinkedHashMap<>();
        Map<?, ?> written = (Map<?, ?>) requireNonNull(value);
        if (written.containsKey("<<")) {
            map.putAll(map(written.get("<<")));
        }
        written.forEach((key, each) -> {
            if (!key.equals("<<")) {
                map.put(key.toString(), each);
            }
        });
        return map;
    }
}
