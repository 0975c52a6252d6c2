package dev.inferencekey.server.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.server.runtime.isolation.EngineIsolation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A platform that is killed with SIGKILL takes everything along that it started. */
@Timeout(120)
@Tag("slow")
class PlatformDeathTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("dev.inferencekey.server.runtime.process.IsolationTest#isolations")
    void aKilledPlatformTakesProgramsOfOthersAlongWithAllTheirDescendants(EngineIsolation isolation) throws Exception {
        EngineBench bench = new EngineBench(folder).install("llama-server");
        Process platform = platform(isolation, bench, "llama-server -m tiny.gguf --fake-ignore-term --fake-spawn 1000");
        assertThat(ProcessScan.below(bench.engineFolder()))
                .as("server, a child, and one that left the group")
                .hasSizeGreaterThanOrEqualTo(3);
        List<ProcessHandle> all = platform.descendants().toList();

        platform.destroyForcibly().waitFor();

        await().atMost(PATIENCE)
                .until(() -> ProcessScan.below(bench.engineFolder()).isEmpty());
        await().atMost(PATIENCE).until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
    }

    @ParameterizedTest
    @MethodSource("dev.inferencekey.server.runtime.process.IsolationTest#isolations")
    void aKilledPlatformTakesTheEmbeddedEngineAlong(EngineIsolation isolation) throws Exception {
        EngineBench bench = new EngineBench(folder);
        List<String> embedded = EngineBench.launchCommand();
        Process platform =
                platform(isolation, bench, "llama-server -m tiny.gguf --fake-stdin", embedded.toArray(new String[0]));
        List<ProcessHandle> all = platform.descendants().toList();
        assertThat(all).isNotEmpty();

        platform.destroyForcibly().waitFor();

        await().atMost(PATIENCE).until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
    }

    @ParameterizedTest
    @MethodSource("dev.inferencekey.server.runtime.process.IsolationTest#isolations")
    void whatOutlivesEvenTheGuardIsSweptAtTheNextStart(EngineIsolation isolation) throws Exception {
        EngineBench bench = new EngineBench(folder).install("llama-server");
        Process platform = platform(isolation, bench, "llama-server -m tiny.gguf");
        List<ProcessHandle> marked = ProcessScan.below(bench.engineFolder());
        List<ProcessHandle> guards = platform.descendants()
                .filter(process -> marked.stream().noneMatch(process::equals))
                .toList();
        // The platform is held, then the guard's halves die, then the platform: nobody was left to end the model
        // server.
        assertThat(new ProcessBuilder("kill", "-STOP", Long.toString(platform.pid()))
                        .start()
                        .waitFor())
                .isZero();
        guards.forEach(ProcessHandle::destroyForcibly);
        await().atMost(PATIENCE).until(() -> guards.stream().noneMatch(PlatformDeathTest::runs));
        platform.destroyForcibly().waitFor();
        List<ProcessHandle> left = new ArrayList<>(ProcessScan.below(bench.engineFolder()));
        assertThat(left).isNotEmpty();
        Process stray = new ProcessBuilder("sleep", "1000").start();
        Path strayFolder = Files.createDirectories(bench.engineFolder().resolve("rep_stray"));
        Leftovers.note(strayFolder, stray.pid());
        Path notOurs = Files.createDirectories(bench.engineFolder().resolve("natives"));

        new ProcessDriver(
                        new ProcessDriverConfig(
                                bench.dataFolder(),
                                EngineIsolation.NONE,
                                bench.engineFolder(),
                                new ModelFolders(List.of(bench.modelsFolder())),
                                EngineBench.LISTS,
                                Map.of(),
                                null,
                                Map.of("PATH", bench.path()),
                                ProcessDriverConfig.DEFAULT_START_TIMEOUT,
                                ProcessDriverConfig.DEFAULT_STOP_GRACE),
                        new SecureRandom())
                .close();

        assertThat(left).noneMatch(ProcessHandle::isAlive);
        assertThat(stray.waitFor()).isEqualTo(137);
        assertThat(bench.engineFolder().resolve("rep_1")).doesNotExist();
        assertThat(strayFolder).doesNotExist();
        assertThat(notOurs).exists();
    }

    @Test
    void aPidThatMeansAnotherProcessNowIsLeftAlone() throws Exception {
        EngineBench bench = new EngineBench(folder);
        Process other = new ProcessBuilder("sleep", "1000").start();
        try {
            Path stale = Files.createDirectories(bench.engineFolder().resolve("rep_old"));
            Files.writeString(stale.resolve("replica.pid"), other.pid() + " 1000\n");
            Path damaged = Files.createDirectories(bench.engineFolder().resolve("rep_damaged"));
            Files.writeString(damaged.resolve("replica.pid"), "nonsense");

            Leftovers.sweep(bench.engineFolder());

            assertThat(other.isAlive()).isTrue();
            assertThat(stale).doesNotExist();
            assertThat(damaged).doesNotExist();
        } finally {
            other.destroyForcibly();
        }
    }

    /** False also for a dead process that its stopped parent has not taken note of. */
    private static boolean runs(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException e) {
            return false;
        }
    }

    /** Starts a platform with one replica, and returns once that is ready. */
    private static Process platform(EngineIsolation isolation, EngineBench bench, String command, String... embedded)
            throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                PlatformThatIsKilled.class.getName(),
                bench.engineFolder().toString(),
                bench.path(),
                command,
                isolation.text()));
        line.addAll(List.of(embedded));
        Process platform = new ProcessBuilder(line)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(platform.getInputStream(), StandardCharsets.UTF_8));
        String said = out.readLine();
        while (said != null && !said.equals("ready")) {
            said = out.readLine();
        }
        assertThat(said).isEqualTo("ready");
        return platform;
    }
}
