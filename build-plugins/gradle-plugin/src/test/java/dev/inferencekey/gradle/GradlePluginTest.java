package dev.inferencekey.gradle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.inferencekey.testkit.InferenceKeyTest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real builds, few of them, since each takes seconds: {@link PluginTasksTest} knows the rest. */
@Tag("slow")
@Tag("gradle")
@InferenceKeyTest
final class GradlePluginTest {
    private static final String DECLARATION = """
            name: Support bot
            slug: support-bot
            backend: simulator
            model: %s
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @Test
    void aBuildProvisionsWhatItDeclaresAndFailsOnDrift(InferenceKeyPlatform platform) throws Exception {
        GradleBuild build = new GradleBuild(folder);
        build.file(
                "build.gradle",
                GradleBuild.documentedScript()
                        .replace("https://inference.example.com", platform.baseUrl())
                        .replace("acme", platform.project()));
        build.file("workload.yaml", DECLARATION.formatted("small"));

        // Plan fails, and the others go on after it.
        String first = build.run(
                        Map.of("INFERENCEKEY_SDK_TOKEN", platform.sdkToken()),
                        "--continue",
                        "inferencekeyWait",
                        "inferencekeyEnsure",
                        "inferencekeyPlan")
                .failed()
                .output();
        assertThat(first)
                .containsSubsequence("/support-bot: would be created", "/support-bot: created", "/support-bot is ready")
                .contains("1 workload is not as declared. Run inferencekeyEnsure");
        assertThat(platform.management().list()).extracting("slug").isEqualTo(List.of("support-bot"));

        // Four projects in one build, with the token of the user's own properties.
        build.ownProperties("inferencekey.sdkToken=" + platform.sdkToken() + "\n");
        build.file("build.gradle", """
                plugins { id 'dev.inferencekey' version '0.1.0' apply false }
                subprojects {
                    apply plugin: 'dev.inferencekey'
                    inferencekey {
                        baseUrl = '%s'
                        project = '%s'
                        file = rootProject.file('other.yaml')
                    }
                }
                """.formatted(platform.baseUrl(), platform.project()));
        build.subproject("drifted", "");
        build.subproject("told", "inferencekey { failOnDrift = false }");
        build.subproject("open", "// " + platform.sdkToken());
        build.subproject("misspelt", "inferencekey { onDrift = 'wran' }");
        build.file("other.yaml", DECLARATION.formatted("large"));
        String second = build.run(
                        Map.of(),
                        "--continue",
                        "-Pinferencekey.timeout=60",
                        "drifted:inferencekeyPlan",
                        "told:inferencekeyPlan",
                        "open:inferencekeyPlan",
                        "misspelt:inferencekeyEnsure")
                .failed()
                .output();
        assertThat(second)
                .contains("/support-bot: would be updated", "model_name: \"small\" → \"large\"")
                .contains("Execution failed for task ':drifted:inferencekeyPlan'", "-Pinferencekey.failOnDrift=false")
                .doesNotContain("Execution failed for task ':told:")
                .contains("There is an InferenceKey credential in", "open.gradle", "revoke it")
                .contains("inferencekey.onDrift must be reconcile, fail, warn or ignore, not \"wran\"");

        String third = build.run(
                        Map.of(),
                        "--offline",
                        "--continue",
                        "-Pinferencekey.baseUrl=https://inferencekey.example.com",
                        "-Pinferencekey.sdkToken=" + platform.sdkToken(),
                        "told:inferencekeyPlan")
                .failed()
                .output();
        assertThat(third).contains("An SDK token must not be on the command line", "revoke it");

        assertThat(first + second + third).doesNotContain(platform.sdkToken());
    }
}
