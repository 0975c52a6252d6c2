package dev.inferencekey.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.cli.TestShell;
import dev.inferencekey.cli.TestShell.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What operators learn of a server's settings without starting one. */
@Tag("slow")
class ConfigCommandsTest {
    @TempDir
    private Path home;

    private TestShell shell;

    @BeforeEach
    void openShell() {
        shell = new TestShell(home);
    }

    private String file(String text) throws IOException {
        Path file = Files.writeString(home.resolve("ik.yaml"), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"))
                .toString();
    }

    @Test
    void showSaysOfEachSettingWhatItIsAndWhoSaysSo() throws IOException {
        String config = file("# mine\nmax-body: 1MiB\ncors-origin: [https://a.example.com, https://b.example.com]\n");
        shell.with("INFERENCEKEY_MAX_WAIT", "5s").with("INFERENCEKEY_MASTER_KEY", "0123456789abcdef".repeat(4));
        Result result = shell.run("config", "show", "--config", config, "--drain", "3s", "--json");
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).doesNotContain("0123456789abcdef");
        Map<String, JsonNode> rows = new HashMap<>();
        JsonMapper.shared()
                .readTree(result.out())
                .path("settings")
                .forEach(row -> rows.put(row.path("name").asString(), row));
        assertThat(rows.get("max-body"))
                .isEqualTo(json("{'name':'max-body','value':'1MiB','source':'file','file':'" + config + "','line':2}"));
        assertThat(rows.get("cors-origin"))
                .isEqualTo(json(
                        "{'name':'cors-origin','value':['https://a.example.com','https://b.example.com'],'source':'file','file':'"
                                + config + "','line':3}"));
        assertThat(rows.get("max-wait"))
                .isEqualTo(json(
                        "{'name':'max-wait','value':'5s','source':'variable','variable':'INFERENCEKEY_MAX_WAIT'}"));
        assertThat(rows.get("drain")).isEqualTo(json("{'name':'drain','value':'3s','source':'flag'}"));
        assertThat(rows.get("idle-timeout"))
                .isEqualTo(json("{'name':'idle-timeout','value':null,'source':'default','default':'5m'}"));
        assertThat(rows.get("master-key"))
                .isEqualTo(
                        json(
                                "{'name':'master-key','value':'(hidden)','source':'variable','variable':'INFERENCEKEY_MASTER_KEY'}"));
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text.replace('\'', '"'));
    }

    @Test
    void showIsATableForPeople() throws IOException {
        String config = file("max-body: 1MiB\nwebhook: https://hooks.example.com/T0/secret-path\n");
        Result result = shell.with("INFERENCEKEY_MAX_BODDY", "1").run("config", "show", "--config", config);
        assertThat(result.out().lines().map(line -> line.replaceAll(" +", " ").strip()))
                .contains("SETTING VALUE FROM", "max-body 1MiB " + config + ":1", "port 8080 default")
                .contains("webhook https://hooks.example.com/(hidden) " + config + ":2");
        assertThat(result.out()).doesNotContain("secret-path");
        assertThat(result.err()).contains("INFERENCEKEY_MAX_BODDY is no setting of a server");
    }

    @Test
    void checkEndsWithZeroForAFileThatAServerWouldTake() throws IOException {
        String config = file("max-body: 1MiB\nport: 0\n");
        Result result = shell.run("config", "check", config);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).isEqualTo(config + " is fine: 2 settings\n");
    }

    @Test
    void checkFindsWhatOnlyThePlatformKnows() throws IOException {
        String config = file("port: 0\ndeny-upstream: [example.com, 10.0.0.0/33]\n");
        Result result = shell.run("config", "check", config);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains(config + ":2: deny-upstream: ", "10.0.0.0/33");
        assertThat(shell.run("config", "check", file("role: gateway\n")).exitCode())
                .isEqualTo(2);
    }

    @Test
    void checkNeedsAFile() {
        Result result = shell.run("config", "check");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("name the configuration file to check");
    }
}
