package dev.inferencekey.maven;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.inferencekey.testkit.InferenceKeyTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
@InferenceKeyTest
final class MavenPluginTest {
    private static final String DECLARATION = """
            name: Support bot
            slug: support-bot
            backend: simulator
            model: %s
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static MavenBuild build;

    @BeforeAll
    static void prepare() throws IOException {
        build = new MavenBuild(folder);
    }

    @Test
    void aBuildProvisionsWhatItDeclaresAndFailsOnDrift(InferenceKeyPlatform platform) throws Exception {
        build.pomWithPlugin(MavenBuild.documentedPlugin()
                .replace("https://inference.example.com", platform.baseUrl())
                .replace("acme", platform.project()));
        build.file("workload.yaml", DECLARATION.formatted("small"));
        Map<String, String> token = Map.of("INFERENCEKEY_SDK_TOKEN", platform.sdkToken());

        String missing = build.run(token, "inferencekey:plan").failed().output();
        assertThat(missing)
                .contains("/support-bot: would be created", "1 workload is not as declared. Run inferencekey:ensure");
        assertThat(platform.management().list()).isEmpty();

        // The token from settings.xml this time.
        Path settings = Files.writeString(folder.resolve("settings.xml"), """
                <settings>
                  <servers>
                    <server><id>inferencekey</id><password>%s</password></server>
                  </servers>
                </settings>
                """.formatted(platform.sdkToken()));
        String ensured = build.run(
                        Map.of(),
                        "-s",
                        settings.toString(),
                        "inferencekey:ensure",
                        "inferencekey:wait",
                        "inferencekey:plan")
                .succeeded()
                .output();
        assertThat(ensured).contains("/support-bot: created", "/support-bot is ready", "/support-bot: unchanged");
        assertThat(platform.management().list()).extracting("slug").isEqualTo(List.of("support-bot"));

        build.file("workload.yaml", DECLARATION.formatted("large"));
        String drifted = build.run(token, "inferencekey:plan").failed().output();
        assertThat(drifted).contains("/support-bot: would be updated", "model_name: \"small\" → \"large\"");

        assertThat(missing + ensured + drifted).doesNotContain(platform.sdkToken());
    }

    @Test
    void aTokenInThePomIsRefused(InferenceKeyPlatform platform) throws Exception {
        build.pom("<token>" + platform.sdkToken() + "</token>");
        build.file("workload.yaml", DECLARATION.formatted("small"));
        assertThat(build.run(Map.of(), "inferencekey:ensure").failed().output())
                .contains("An SDK token must not be a parameter", "revoke it")
                .doesNotContain(platform.sdkToken());
    }

    @Test
    void offlineNothingIsAskedOfAServerElsewhere() throws Exception {
        build.pom("<baseUrl>https://inferencekey.example.com</baseUrl><file>other.yaml</file>");
        build.file("other.yaml", DECLARATION.formatted("small"));
        assertThat(build.run(Map.of(), "inferencekey:plan").succeeded().output())
                .contains("Maven is offline: nothing was asked of https://inferencekey.example.com");
    }
}
