package dev.inferencekey.server.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.upstream.SecretBinding;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.runtime.BoundSecret;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import dev.inferencekey.server.runtime.isolation.EngineIsolation;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With real processes: a fake engine in a JVM of its own, started by scripts that bear the engines' names. */
@Timeout(120)
@Tag("slow")
class ProcessDriverTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private EngineBench bench;
    private @Nullable ProcessDriver driver;

    @BeforeEach
    void bench() throws IOException {
        bench = new EngineBench(folder);
    }

    @AfterEach
    void close() {
        if (driver != null) {
            driver.close();
        }
        assertThat(ProcessScan.below(bench.engineFolder())).as("left behind").isEmpty();
    }

    @Test
    void runsLlamaServerAsItIsWrittenWithoutAShell() throws Exception {
        bench.install("llama-server");
        Path record = folder.resolve("record");
        Replica replica = start(
                "llamacpp",
                "llama-server -m tiny.gguf --ctx_size=4096 --fake-record " + record + " --fake-say='$HOME; touch x'");

        ReplicaTarget target = awaitReady(replica);

        List<String> lines = Files.readAllLines(record);
        assertThat(lines)
                .contains("argument --ctx-size", "argument 4096", "argument $HOME; touch x")
                .contains("argument -m", "argument " + bench.model().toRealPath())
                .contains("argument --alias", "argument bot", "argument --metrics")
                .contains("argument --host", "argument 127.0.0.1", "argument --port")
                .contains("argument " + target.baseUrl().getPort())
                .contains("folder " + bench.engineFolder().resolve("rep_1/work"));
        assertThat(target.model()).isEqualTo("bot");
        assertThat(target.baseUrl().getHost()).isEqualTo("127.0.0.1");
        assertThat(get(target, "/props", target.bearerSecret())).isEqualTo(200);
        assertThat(get(target, "/props", null)).isEqualTo(401);
    }

    @Test
    void theEnvironmentIsCleanedAndTheSecretIsInNoArgument() throws Exception {
        bench.install("llama-server");
        Path record = folder.resolve("record");
        Map<String, String> environment = Map.of(
                "PATH",
                bench.path(),
                "HOME",
                folder.toString(),
                "CUDA_VISIBLE_DEVICES",
                "0",
                "INFERENCEKEY_SDK_TOKEN",
                "ik_sdk_a1b2c3d4_" + "0".repeat(64),
                "AWS_SECRET_ACCESS_KEY",
                "hidden");
        Replica replica = driver(environment, null)
                .start(spec("llamacpp", "llama-server -m tiny.gguf --fake-record " + record), () -> {});

        ReplicaTarget target = awaitReady(replica);

        String all = Files.readString(record);
        assertThat(all)
                .contains("variable PATH\n", "variable HOME\n", "variable CUDA_VISIBLE_DEVICES\n")
                .contains("variable LLAMA_API_KEY\n")
                .doesNotContain("INFERENCEKEY_SDK_TOKEN", "AWS_SECRET_ACCESS_KEY")
                .doesNotContain(target.bearerSecret());
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            assertThat(process.info().commandLine().orElse("")).doesNotContain(target.bearerSecret());
        }
    }

    @Test
    void theEngineMayPrintItsSecretAndNobodySeesIt() throws Exception {
        bench.install("llama-server");
        Replica replica = start("llamacpp", "llama-server -m tiny.gguf");

        String secret = awaitReady(replica).bearerSecret();

        await().until(() -> replica.logTail(10).stream().anyMatch(line -> line.startsWith("ready, secret is")));
        assertThat(replica.logTail(10)).contains("ready, secret is …");
        assertThat(Files.readString(bench.engineFolder().resolve("rep_1/engine.log")))
                .doesNotContain(secret);
    }

    @Test
    void variablesReachTheEngineAndASecretOneIsShownToNobody() throws Exception {
        bench.install("vllm");
        String token = "hf_0123456789";
        Map<String, @Nullable Object> config = Map.of(
                "command",
                "vllm serve m --fake-say-variable HF_TOKEN --fake-record " + folder.resolve("record"),
                "env",
                Map.of("HF_TOKEN", Map.of("secret_ref", "hf"), "VLLM_CPU_KVCACHE_SPACE", "4"));

        Replica replica = driver().start(with(config, token, true), () -> {});

        awaitReady(replica);
        await().until(() -> replica.logTail(10).contains("HF_TOKEN is …"));
        assertThat(Files.readString(folder.resolve("record")))
                .contains("variable VLLM_CPU_KVCACHE_SPACE\n", "variable HF_TOKEN\n")
                .doesNotContain(token);
        assertThat(Files.readString(bench.engineFolder().resolve("rep_1/engine.log")))
                .doesNotContain(token);
    }

    @Test
    void aSecretThatIsNotForEnginesIsNotGivenToOne() throws Exception {
        bench.install("vllm");
        Map<String, @Nullable Object> config = Map.of(
                "command",
                "vllm serve m --fake-say-variable HF_TOKEN",
                "env",
                Map.of("HF_TOKEN", Map.of("secret_ref", "hf")));

        Replica replica = driver().start(with(config, "hf_0123456789", false), () -> {});

        awaitReady(replica);
        await().until(() -> replica.logTail(10).contains("HF_TOKEN is null"));
    }

    @Test
    void aSecretThatNoVariableCanCarryIsNotRepeated() {
        Map<String, @Nullable Object> config =
                Map.of("command", "vllm serve m", "env", Map.of("HF_TOKEN", Map.of("secret_ref", "hf")));

        ReplicaStatus.Failed failed = awaitFailed(driver().start(with(config, "two\nlines", true), () -> {}));

        assertThat(failed.message())
                .startsWith("the secret for config.env.HF_TOKEN")
                .doesNotContain("two");
        assertThat(failed.retryable()).isFalse();
    }

    @Test
    void theEmbeddedEngineTakesTheCommandsPlaceAndItsSecretOnStandardInput() throws Exception {
        Path record = folder.resolve("record");
        EmbeddedEngine embedded = embedded();
        Replica replica = driver(Map.of("PATH", bench.path()), embedded)
                .start(
                        spec("llamacpp", "llama-server -m tiny.gguf -c 512 --fake-stdin --fake-record " + record),
                        () -> {});

        ReplicaTarget target = awaitReady(replica);

        assertThat(Files.readString(record))
                .contains("argument -c\n", "argument 512\n", "argument --alias\n", "argument bot\n")
                .doesNotContain("llama-server", "LLAMA_API_KEY", String.valueOf(target.bearerSecret()));
        assertThat(get(target, "/props", null)).isEqualTo(401);

        replica.stop();
        assertThat(ProcessScan.below(bench.engineFolder())).isEmpty();
    }

    @Test
    void theRealLlamaServerIsPreferredToTheEmbeddedEngine() throws Exception {
        bench.install("llama-server");
        Replica replica = driver(Map.of("PATH", bench.path()), new EmbeddedEngine(List.of("/nonexistent")))
                .start(spec("llamacpp", "llama-server -m tiny.gguf"), () -> {});

        awaitReady(replica);
    }

    @ParameterizedTest
    @CsvSource({
        "vllm, vllm serve org/model --max_model_len 4k",
        "vllm-omni, vllm serve org/model --omni",
        "vllm-omni, vllm-omni serve org/model --omni"
    })
    void vllmKnowsItsModelByTheWorkloadsSlug(String backend, String command) throws Exception {
        bench.install("vllm", "vllm-omni");
        Path record = folder.resolve("record");

        ReplicaTarget target = awaitReady(start(backend, command + " --fake-record " + record));

        assertThat(target.model()).isEqualTo("bot");
        assertThat(Files.readAllLines(record))
                .startsWith("argument serve", "argument org/model")
                .containsSequence("argument --served-model-name", "argument bot");
        assertThat(get(target, "/v1/models", null)).isEqualTo(401);
    }

    @Test
    void vllmOfAVersionRunsFromItsOwnEnvironment() throws Exception {
        Path environment = Files.createDirectories(folder.resolve("vllm-1"));
        Files.createDirectories(environment.resolve("bin"));
        Files.createSymbolicLink(
                environment.resolve("bin/vllm"), bench.install("vllm").program("vllm"));
        Map<String, @Nullable Object> config = Map.of("command", "vllm serve org/model", "vllm_version", "1.0");

        awaitReady(driver(Map.of("PATH", "/usr/bin:/bin"), null, Map.of("1.0", environment))
                .start(spec("vllm", config), () -> {}));
    }

    @Test
    void sglangNeedsNoCommand() throws Exception {
        bench.install("python3");
        ReplicaSpec spec = new ReplicaSpec(
                "rep_1", "acme/bot", TaskType.TEXT2TEXT, "sglang", "org/model", Map.of(), null, Map.of());

        ReplicaTarget target = awaitReady(driver().start(spec, () -> {}));

        assertThat(target.bearerSecret()).isNull();
    }

    @Test
    void stableDiffusionListensWhereItsOwnFlagsSay() throws Exception {
        bench.install("sd-server");

        awaitReady(start("stablediffusioncpp", "sd-server --diffusion-model tiny.gguf"));
    }

    @Test
    void ollamaFetchesItsModelBeforeItIsReady() throws Exception {
        bench.install("ollama");

        ReplicaTarget target = awaitReady(driver().start(spec("ollama", Map.of()), () -> {}));

        assertThat(target.model()).isEqualTo("tiny");
    }

    @Test
    void ollamaServesWhatIsHereWhenTheRegistryIsOut() throws Exception {
        bench.install("ollama");
        Map<String, String> registryOut = Map.of("PATH", bench.path(), "OLLAMA_MODELS", "/tmp/broken");
        ReplicaSpec present = new ReplicaSpec(
                "rep_1", "acme/bot", TaskType.TEXT2TEXT, "ollama", FakeEngine.PRESENT, Map.of(), null, Map.of());

        ReplicaTarget target = awaitReady(driver(registryOut, null).start(present, () -> {}));

        assertThat(target.model()).isEqualTo(FakeEngine.PRESENT);
    }

    @Test
    void ollamaThatCanNotFetchItsModelSaysWhy() throws Exception {
        bench.install("ollama");
        Replica replica = driver(Map.of("PATH", bench.path(), "OLLAMA_MODELS", "/tmp/broken"), null)
                .start(spec("ollama", Map.of()), () -> {});

        assertThat(awaitFailed(replica).message()).isEqualTo("ollama can't fetch tiny: file does not exist");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "llamacpp | llama-server -m tiny.gguf | backend llamacpp needs the program `llama-server` on this machine's PATH",
                "vllm | vllm serve m | backend vllm needs the program `vllm` on this machine's PATH",
                "ollama | none | backend ollama needs the program `ollama` on this machine's PATH",
                "llamacpp | llama-server -m nothing.gguf | the model file `nothing.gguf` does not exist in the platform's model folders"
            })
    void whatIsMissingHereIsToldAtOnceAndLookedForAgain(String backend, String command, String message) {
        Replica replica = start(backend, command);

        await().atMost(PATIENCE).until(() -> replica.status() instanceof ReplicaStatus.Unable);
        assertThat(((ReplicaStatus.Unable) replica.status()).message()).startsWith(message);
    }

    @Test
    void itsPortIsKnownForAsLongAsItRuns() throws Exception {
        bench.install("llama-server");
        ProcessDriver driver = driver();
        Replica replica = driver.start(spec("llamacpp", Map.of("command", "llama-server -m tiny.gguf")), () -> {});
        int port = awaitReady(replica).baseUrl().getPort();
        assertThat(driver.listensOn(port)).isTrue();
        assertThat(driver.listensOn(port + 1)).isFalse();

        replica.stop();

        assertThat(driver.listensOn(port)).isFalse();
    }

    @Test
    void aProgramThatIsInstalledLaterIsStartedWithoutAnotherDeclaration() throws Exception {
        Replica replica = start("llamacpp", "llama-server -m tiny.gguf");
        await().atMost(PATIENCE).until(() -> replica.status() instanceof ReplicaStatus.Unable);

        bench.install("llama-server");

        awaitReady(replica);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "llamacpp | sh -c 'touch x' | config.command must begin with `llama-server`, without a path",
                "llamacpp | /usr/bin/llama-server | config.command must begin with `llama-server`, without a path",
                "vllm | bash | config.command must begin with `vllm serve`, without a path",
                "vllm | vllm bench serve | config.command must begin with `vllm serve`, without a path",
                "sglang | python3 -c pass --x | config.command must begin with `sglang serve` or `python3 -m sglang.launch_server`",
                "stablediffusioncpp | rm -rf / | config.command must begin with `sd-server`, without a path",
                "llamacpp | llama-server --model=/etc/hostname | config.command gives --model the value /etc/hostname, which leads out",
                "llamacpp | llama-server -m tiny.gguf --tools all | config.command must not carry --tools",
                "llamacpp | llama-server \"x | config.command can't be run: the command has a double quote that is never closed"
            })
    void whatCanNotRunHereFailsForGoodAndSaysWhy(String backend, String command, String message) {
        Replica replica = start(backend, command);

        ReplicaStatus.Failed failed = awaitFailed(replica);
        assertThat(failed.message()).startsWith(message);
        assertThat(failed.retryable()).isFalse();
    }

    @Test
    void anEarlyEndTellsTheExitCodeAndTheTellingLine() throws Exception {
        bench.install("llama-server");
        Replica replica =
                start("llamacpp", "llama-server -m tiny.gguf --fake-say 'error: failed to load model' --fake-exit 1");

        ReplicaStatus.Failed failed = awaitFailed(replica);
        assertThat(failed.message()).isEqualTo("llama-server ended with exit code 1: error: failed to load model");
        assertThat(failed.retryable()).isTrue();

        replica.stop();
        assertThat(bench.engineFolder().resolve("rep_1")).doesNotExist();
        assertThat(Files.readString(bench.engineFolder().resolve(ProcessReplica.LAST_FAILED_LOG)))
                .contains("failed to load model");
    }

    @ParameterizedTest
    @ValueSource(strings = {"error: invalid argument: --nope", "unrecognized arguments: --nope"})
    void aWrongFlagIsNotTriedAgain(String complaint) throws Exception {
        bench.install("llama-server");

        ReplicaStatus.Failed failed = awaitFailed(
                start("llamacpp", "llama-server -m tiny.gguf --fake-say '" + complaint + "' --fake-exit 1"));

        assertThat(failed.message()).contains(complaint);
        assertThat(failed.retryable()).isFalse();
    }

    @Test
    void aWrongFlagOfTheEmbeddedEngineIsNotTriedAgain() {
        Replica replica = driver(Map.of("PATH", bench.path()), embedded())
                .start(
                        spec("llamacpp", "llama-server -m tiny.gguf --fake-say 'engine: no such flag' --fake-exit 2"),
                        () -> {});

        ReplicaStatus.Failed failed = awaitFailed(replica);
        assertThat(failed.message()).isEqualTo("the embedded engine ended with exit code 2: engine: no such flag");
        assertThat(failed.retryable()).isFalse();
    }

    @Test
    void aCrashWhileServingFailsTheReplicaAndSaysWhy() throws Exception {
        bench.install("llama-server");
        Replica replica = start("llamacpp", "llama-server -m tiny.gguf");
        ReplicaTarget target = awaitReady(replica);

        get(target, "/crash", null);

        ReplicaStatus.Failed failed = awaitFailed(replica);
        assertThat(failed.message()).isEqualTo("llama-server was ended by signal ABRT: ggml error: out of memory");
        assertThat(failed.retryable()).isTrue();
    }

    @Test
    void aKilledGuardTakesItsModelServerAlong() throws Exception {
        bench.install("llama-server");
        Replica replica = start("llamacpp", "llama-server -m tiny.gguf --fake-spawn 1000");
        awaitReady(replica);
        long guard = Long.parseLong(Files.readString(bench.engineFolder().resolve("rep_1/replica.pid"))
                .split(" ")[0]);

        ProcessHandle.of(guard).orElseThrow().destroyForcibly();

        assertThat(awaitFailed(replica).message()).contains("signal KILL");
        await().atMost(PATIENCE)
                .until(() -> ProcessScan.below(bench.engineFolder()).isEmpty());
    }

    @Test
    void aPortThatWasTakenMeanwhileIsExchanged() throws Exception {
        bench.install("llama-server");
        Path once = Files.createFile(folder.resolve("once"));

        Replica replica = start("llamacpp", "llama-server -m tiny.gguf --fake-port-taken-once " + once);

        awaitReady(replica);
        assertThat(replica.logTail(10)).anyMatch(line -> line.contains("taken meanwhile"));
    }

    @Test
    void aServerThatAnswersWithoutTheSecretIsNotPutIntoService() throws Exception {
        bench.install("llama-server");

        ReplicaStatus.Failed failed = awaitFailed(start("llamacpp", "llama-server -m tiny.gguf --fake-open"));

        assertThat(failed.message()).contains("answers without the replica's secret");
        assertThat(failed.retryable()).isFalse();
    }

    @Test
    void aServerWithAKeyOfItsOwnIsAClearError() throws Exception {
        bench.install("llama-server");

        ReplicaStatus.Failed failed = awaitFailed(start("llamacpp", "llama-server -m tiny.gguf --fake-own-key"));

        assertThat(failed.message()).contains("does not take the replica's secret");
    }

    @Test
    void aServerThatIsNeverReadyIsGivenUp() throws Exception {
        bench.install("llama-server");
        driver = new ProcessDriver(
                new ProcessDriverConfig(
                        bench.dataFolder(),
                        EngineIsolation.NONE,
                        bench.engineFolder(),
                        new ModelFolders(List.of(bench.modelsFolder())),
                        EngineBench.LISTS,
                        Map.of(),
                        null,
                        Map.of("PATH", bench.path()),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(5)),
                new SecureRandom());

        Replica replica = driver.start(spec("llamacpp", "llama-server -m tiny.gguf --fake-never-ready"), () -> {});

        assertThat(awaitFailed(replica).message()).isEqualTo("llama-server was not ready after 2 s");
    }

    @Test
    void whatTakesMoreMemoryThanDeclaredIsEndedWithAllItsProcesses() throws Exception {
        bench.install("llama-server");
        Replica replica = driver().start(
                        spec(
                                "llamacpp",
                                Map.of("command", "llama-server -m tiny.gguf --fake-grow 300", "memory_mb", 250)),
                        () -> {});

        ReplicaStatus.Failed failed = awaitFailed(replica);

        assertThat(failed.message())
                .isEqualTo("llama-server took more than the 250 MB of config.memory_mb, and was ended");
        await().atMost(PATIENCE)
                .until(() -> ProcessScan.below(bench.engineFolder()).isEmpty());
    }

    @Test
    void whatStaysWithinItsMemoryRuns() throws Exception {
        bench.install("llama-server");
        awaitReady(driver().start(
                        spec("llamacpp", Map.of("command", "llama-server -m tiny.gguf", "memory_mb", 4_000)),
                        () -> {}));
    }

    @Test
    void stoppingEndsTheWholeTreeEvenWhatIgnoresIt() throws Exception {
        bench.install("llama-server");
        driver = new ProcessDriver(
                new ProcessDriverConfig(
                        bench.dataFolder(),
                        EngineIsolation.NONE,
                        bench.engineFolder(),
                        new ModelFolders(List.of(bench.modelsFolder())),
                        EngineBench.LISTS,
                        Map.of(),
                        null,
                        Map.of("PATH", bench.path()),
                        Duration.ofMinutes(1),
                        Duration.ofMillis(300)),
                new SecureRandom());
        Replica replica = driver.start(
                spec("llamacpp", "llama-server -m tiny.gguf --fake-ignore-term --fake-spawn 1000"), () -> {});
        awaitReady(replica);
        assertThat(ProcessScan.below(bench.engineFolder())).hasSizeGreaterThanOrEqualTo(3);

        replica.stop();

        assertThat(ProcessScan.below(bench.engineFolder())).isEmpty();
        assertThat(bench.engineFolder().resolve("rep_1")).doesNotExist();
        replica.stop();
    }

    @Test
    void aServerThatIsStoppedMayPutItsThingsInOrder() throws Exception {
        bench.install("llama-server");
        Path goodbye = folder.resolve("goodbye");
        Replica replica = start("llamacpp", "llama-server -m tiny.gguf --fake-goodbye " + goodbye);
        awaitReady(replica);

        replica.stop();

        assertThat(goodbye).exists();
    }

    @Test
    void stoppingWhileItStartsEndsItToo() throws Exception {
        bench.install("llama-server");
        Replica replica = start("llamacpp", "llama-server -m tiny.gguf --fake-never-ready");
        await().atMost(PATIENCE)
                .until(() -> !ProcessScan.below(bench.engineFolder()).isEmpty());

        replica.stop();

        assertThat(ProcessScan.below(bench.engineFolder())).isEmpty();
        assertThat(replica.status()).isInstanceOf(ReplicaStatus.Starting.class);
    }

    @Test
    void closingTheDriverStopsEverything() throws Exception {
        bench.install("llama-server");
        ProcessDriver all = driver();
        Replica one = all.start(spec("llamacpp", "llama-server -m tiny.gguf"), () -> {});
        Replica two = all.start(
                new ReplicaSpec(
                        "rep_2",
                        "acme/bot",
                        TaskType.TEXT2TEXT,
                        "llamacpp",
                        "tiny",
                        Map.of("command", "llama-server -m tiny.gguf"),
                        null,
                        Map.of()),
                () -> {});
        awaitReady(one);
        awaitReady(two);

        all.close();

        assertThat(ProcessScan.below(bench.engineFolder())).isEmpty();
        assertThat(bench.engineFolder().resolve("rep_1")).doesNotExist();
        assertThat(bench.engineFolder().resolve("rep_2")).doesNotExist();
    }

    private static EmbeddedEngine embedded() {
        return new EmbeddedEngine(EngineBench.launchCommand());
    }

    private ProcessDriver driver() {
        return driver(Map.of("PATH", bench.path()), null);
    }

    private ProcessDriver driver(Map<String, String> environment, @Nullable EmbeddedEngine embedded) {
        return driver(environment, embedded, Map.of());
    }

    private ProcessDriver driver(
            Map<String, String> environment, @Nullable EmbeddedEngine embedded, Map<String, Path> vllmEnvironments) {
        ProcessDriver created = new ProcessDriver(
                new ProcessDriverConfig(
                        bench.dataFolder(),
                        EngineIsolation.NONE,
                        bench.engineFolder(),
                        new ModelFolders(List.of(bench.modelsFolder())),
                        EngineBench.LISTS,
                        vllmEnvironments,
                        embedded,
                        environment,
                        ProcessDriverConfig.DEFAULT_START_TIMEOUT,
                        ProcessDriverConfig.DEFAULT_STOP_GRACE),
                new SecureRandom());
        driver = created;
        return created;
    }

    private Replica start(String backend, String command) {
        return driver().start(spec(backend, command), () -> {});
    }

    private static ReplicaSpec spec(String backend, String command) {
        return spec(backend, Map.of("command", command));
    }

    private static ReplicaSpec with(Map<String, @Nullable Object> config, String token, boolean forEngines) {
        BoundSecret secret = new BoundSecret(token, new SecretBinding(List.of(), forEngines));
        return new ReplicaSpec(
                "rep_1", "acme/bot", TaskType.TEXT2TEXT, "vllm", "tiny", config, null, Map.of("HF_TOKEN", secret));
    }

    private static ReplicaSpec spec(String backend, Map<String, @Nullable Object> config) {
        return new ReplicaSpec("rep_1", "acme/bot", TaskType.TEXT2TEXT, backend, "tiny", config, null, Map.of());
    }

    private static ReplicaTarget awaitReady(Replica replica) {
        await().atMost(PATIENCE).until(() -> {
            if (replica.status() instanceof ReplicaStatus.Failed failed) {
                throw new AssertionError(failed.message() + " " + replica.logTail(20));
            }
            return replica.status() instanceof ReplicaStatus.Ready;
        });
        return ((ReplicaStatus.Ready) replica.status()).target();
    }

    private static ReplicaStatus.Failed awaitFailed(Replica replica) {
        await().atMost(PATIENCE).until(() -> replica.status() instanceof ReplicaStatus.Failed);
        return (ReplicaStatus.Failed) replica.status();
    }

    /** The status of the answer, 0 if there was none. */
    private static int get(ReplicaTarget target, String path, @Nullable String secret) throws IOException {
        URI base = target.baseUrl();
        try (Socket socket = new Socket(base.getHost(), base.getPort())) {
            socket.setSoTimeout(10_000);
            String authorization = secret == null ? "" : "Authorization: Bearer " + secret + "\r\n";
            String request =
                    "GET " + path + " HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n" + authorization + "\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.isEmpty() ? 0 : Integer.parseInt(answer.split(" ")[1]);
        }
    }
}
