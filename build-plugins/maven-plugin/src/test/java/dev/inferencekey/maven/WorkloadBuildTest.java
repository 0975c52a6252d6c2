package dev.inferencekey.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.contract.workload.Slug;
import dev.inferencekey.declaration.build.BuildLog;
import dev.inferencekey.declaration.build.BuildTool;
import dev.inferencekey.declaration.build.WorkloadBuild;
import dev.inferencekey.declaration.build.WorkloadBuildException;
import dev.inferencekey.declaration.build.WorkloadBuildException.Reason;
import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.inferencekey.testkit.InferenceKeyTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the plugins for Maven and Gradle have in common, without either of them. */
@Tag("slow")
@InferenceKeyTest
final class WorkloadBuildTest {
    private static final BuildTool MAKE = new BuildTool("Make", "--", "make ensure", "make plan");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private final List<String> told = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    @Test
    void aWorkloadThatDiffersIsLeftAsItIsIfTheBuildSaysSo(InferenceKeyPlatform platform) throws IOException {
        Path file = declare("Left alone", "small");
        build(platform, file).ensure("reconcile");
        declare("Left alone", "large");

        build(platform, file).ensure("ignore");
        assertThat(warnings).isEmpty();
        build(platform, file).ensure("WARN");
        assertThat(warnings)
                .containsExactly("1 workload differs from the declaration: " + platform.project() + "/left-alone");
        assertThatThrownBy(() -> build(platform, file).ensure("fail"))
                .isInstanceOfSatisfying(
                        WorkloadBuildException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.WORKLOADS));
        assertThatThrownBy(() -> build(platform, file).plan(true))
                .hasMessage("1 workload is not as declared. Run make ensure, or mend the declaration;"
                        + " --inferencekey.failOnDrift=false only tells.");

        told.clear();
        build(platform, file).ensure("reconcile");
        assertThat(told).contains(platform.project() + "/left-alone: updated");
    }

    @Test
    void whatIsSetWronglyIsToldWithWhatToDo(InferenceKeyPlatform platform) throws IOException {
        Path file = declare("Set up", "small");
        assertThatThrownBy(() -> build(platform, folder.resolve("none.yaml")).plan(true))
                .hasMessageContaining("There is no file")
                .hasMessageContaining("Name another with --inferencekey.file=…");
        assertThatThrownBy(() -> build(platform, file).await(0)).hasMessageContaining("at least 1 second");
        assertThatThrownBy(() -> build(platform, file).ensure("replace")).hasMessageContaining("use make plan");
        String revoked = "ik_sdk_" + "0".repeat(8) + "_" + "0".repeat(64);
        assertThatThrownBy(() -> build(platform.baseUrl(), platform.project(), false, revoked, file)
                        .plan(true))
                .isInstanceOfSatisfying(
                        WorkloadBuildException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.SETUP))
                .hasMessageContaining("The server does not accept the SDK token")
                .hasMessageNotContaining(revoked);
    }

    @Test
    void offlineAServerOfThisMachineIsAskedAndNoOther(InferenceKeyPlatform platform) throws IOException {
        Path file = declare("Offline", "small");
        build(platform.baseUrl(), platform.project(), true, platform.sdkToken(), file)
                .plan(false);
        assertThat(told).contains(platform.project() + "/offline: would be created");
        build("https://inferencekey.example.com", platform.project(), true, platform.sdkToken(), file)
                .plan(true);
        assertThat(warnings)
                .singleElement()
                .asString()
                .startsWith("Make is offline: nothing was asked of https://inferencekey.example.com");
    }

    private Path declare(String name, String model) throws IOException {
        return Files.writeString(
                folder.resolve("workload.yaml"),
                "name: %s\nslug: %s\nbackend: simulator\nmodel: %s\n".formatted(name, Slug.canonical(name), model));
    }

    private WorkloadBuild build(InferenceKeyPlatform platform, Path file) {
        return build(platform.baseUrl(), platform.project(), false, platform.sdkToken(), file);
    }

    /** The token comes from the build tool, since the environment has none. */
    private WorkloadBuild build(String baseUrl, String project, boolean offline, String token, Path file) {
        BuildLog log = new BuildLog() {
            @Override
            public void info(String line) {
                told.add(line);
            }

            @Override
            public void warn(String line) {
                warnings.add(line);
            }
        };
        return new WorkloadBuild(
                MAKE, log, new WorkloadBuild.Settings(file, baseUrl, project, offline), Map.of(), () -> token);
    }
}
