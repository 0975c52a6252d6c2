package dev.inferencekey.server.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.server.runtime.isolation.EngineIsolation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A model server that somebody took over, in each isolation that this machine has. */
@Timeout(240)
@Tag("slow")
class IsolationTest {
    private static final List<String> ALLOWED = List.of(
            "wrote its folder", "wrote its home", "wrote temporary files", "read a model", "goes before the platform");

    @TempDir
    Path folder;

    /** Those that {@code auto} would take for the user that runs the tests. */
    static List<EngineIsolation> isolations() throws IOException {
        return isRoot()
                ? List.of(EngineIsolation.USER, EngineIsolation.LANDLOCK)
                : List.of(EngineIsolation.NAMESPACE, EngineIsolation.LANDLOCK);
    }

    @ParameterizedTest
    @MethodSource("isolations")
    void aHostileModelServerSeesNothingOfThePlatformAndCanNotReachIt(EngineIsolation isolation) throws Exception {
        assertThat(AttackedPlatform.attack(folder, isolation)).isEqualTo(ALLOWED);
    }

    @ParameterizedTest
    @EnumSource(names = {"NAMESPACE", "LANDLOCK", "AUTO"})
    void norWhereThePlatformIsNotRoot(EngineIsolation isolation) throws Exception {
        List<String> done =
                new ArrayList<>(isRoot() ? attackAsAnotherUser(isolation) : AttackedPlatform.attack(folder, isolation));

        if (isolation == EngineIsolation.LANDLOCK) {
            // Only root can say what can't be given; without new privileges nobody gives it.
            done.remove("could be given capabilities");
        }
        assertThat(done).isEqualTo(ALLOWED);
    }

    /** The acts are real: without isolation nearly all of them work. */
    @Test
    void withoutIsolationItCouldDoEverything() throws Exception {
        assertThat(AttackedPlatform.attack(folder, EngineIsolation.NONE))
                .containsAll(ALLOWED)
                .contains(
                        "read the operator credential",
                        "read the database",
                        "read an engine's log",
                        "listed the data folder",
                        "wrote into data",
                        "wrote into models",
                        "wrote into programs",
                        "read the platform's environment",
                        "opened the platform's memory",
                        "looked into the platform's open files",
                        "signalled the platform",
                        "may gain privileges");
    }

    @Test
    void whatCanNotBeHadIsRefusedAndTheReasonTold() throws Exception {
        List<String> answer = isRoot()
                ? attackAsAnotherUser(EngineIsolation.USER)
                : AttackedPlatform.attack(folder, EngineIsolation.USER);

        assertThat(answer).hasSize(1);
        assertThat(answer.getFirst())
                .startsWith("failed: model servers can't be isolated from the platform's data here (user: needs root)")
                .contains("--engine-isolation none");
    }

    @ParameterizedTest
    @EnumSource(names = {"NAMESPACE", "LANDLOCK"})
    void aKilledPlatformThatIsNotRootTakesItsModelServersAlong(EngineIsolation isolation) throws Exception {
        try (AnotherUser user = new AnotherUser()) {
            EngineBench bench = new EngineBench(user.folder()).install("llama-server");
            user.own();
            Process platform = user.start(
                    PlatformThatIsKilled.class,
                    bench.engineFolder().toString(),
                    bench.path(),
                    "llama-server -m tiny.gguf --fake-ignore-term --fake-spawn 1000",
                    isolation.text());
            assertThat(platform.inputReader().lines().anyMatch("ready"::equals)).isTrue();
            assertThat(ProcessScan.below(bench.engineFolder())).hasSizeGreaterThanOrEqualTo(3);

            platform.destroyForcibly().waitFor();

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> ProcessScan.below(bench.engineFolder()).isEmpty());
        }
    }

    private static List<String> attackAsAnotherUser(EngineIsolation isolation) throws Exception {
        try (AnotherUser user = new AnotherUser()) {
            Process platform = user.start(AttackedPlatform.class, user.folder().toString(), isolation.text());
            String said = new String(platform.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(platform.waitFor()).as(said).isZero();
            return said.lines().filter(line -> !line.startsWith("{")).toList();
        }
    }

    private static boolean isRoot() throws IOException {
        return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    }
}
