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
import org.junit.jupiter.params.provider.MethodSource;

/** A model server that somebody took over, in each isolation that this machine has. */
@Tag("slow")
@Timeout(240)
class IsolationTest {
    private static final List<String> ALLOWED = List.of(
            "wrote its folder", "wrote its home", "wrote temporary files", "read a model", "goes before the platform");

    private static final String[] UNSHARE = {"unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork"};

    @TempDir
    Path folder;

    /** Those that {@code auto} would take for the user that runs the tests, as far as this machine has them. */
    static List<EngineIsolation> isolations() throws Exception {
        return isRoot()
                ? here(EngineIsolation.USER, "unshare", "--mount", "--pid", "--fork")
                : here(EngineIsolation.NAMESPACE, UNSHARE);
    }

    /** Those of a user that is not root. */
    static List<EngineIsolation> isolationsWithoutRoot() throws Exception {
        List<String> command = new ArrayList<>(isRoot() ? AnotherUser.ENTER : List.of());
        command.addAll(List.of(UNSHARE));
        List<EngineIsolation> here = new ArrayList<>(here(EngineIsolation.NAMESPACE, command.toArray(String[]::new)));
        here.add(EngineIsolation.AUTO);
        return here;
    }

    /** Asked of the machine and not of what is tested, which might find nothing any more. */
    private static List<EngineIsolation> here(EngineIsolation namespaces, String... command) throws Exception {
        List<EngineIsolation> here = new ArrayList<>();
        List<String> full = new ArrayList<>(List.of(command));
        full.add("true");
        if (new ProcessBuilder(full).start().waitFor() == 0) {
            here.add(namespaces);
        }
        String[] kernel = System.getProperty("os.version").split("[^0-9]+");
        if (Integer.parseInt(kernel[0]) * 1_000 + Integer.parseInt(kernel[1]) >= 6_012) {
            here.add(EngineIsolation.LANDLOCK);
        }
        // Then there is one test, which says what is missing.
        return here.isEmpty() ? List.of(EngineIsolation.AUTO) : here;
    }

    @ParameterizedTest
    @MethodSource("isolations")
    void aHostileModelServerSeesNothingOfThePlatformAndCanNotReachIt(EngineIsolation isolation) throws Exception {
        assertThat(AttackedPlatform.attack(folder, isolation)).isEqualTo(ALLOWED);
    }

    @ParameterizedTest
    @MethodSource("isolationsWithoutRoot")
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
    @MethodSource("isolationsWithoutRoot")
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
