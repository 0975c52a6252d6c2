package dev.inferencekey.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.engine.gguf.TinyModel;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How an engine starts, refuses to, and ends. */
@Tag("slow")
final class StartTest {
    private static final String SECRET_LINE = new String(EngineProcess.secretLine(), StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    @Test
    void refusesAnUnknownFlagInOneSentence() throws Exception {
        EngineProcess.Ended ended = EngineProcess.runToEnd(folder, SECRET_LINE, "-m", "x.gguf", "--frobnicate");

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.errors().lines()).hasSize(1);
        assertThat(ended.errors()).contains("--frobnicate", "remove it");
    }

    @Test
    void refusesAModelThatIsNotThereInOneSentence() throws Exception {
        EngineProcess.Ended ended = EngineProcess.runToEnd(folder, SECRET_LINE, "-m", "nowhere.gguf");

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.errors().lines()).hasSize(1);
        assertThat(ended.errors()).contains("nowhere.gguf", "check the path");
    }

    @Test
    void refusesAFileThatIsNoModelInOneSentence() throws Exception {
        Path file = Files.writeString(folder.resolve("notes.gguf"), "these are my notes");

        EngineProcess.Ended ended = EngineProcess.runToEnd(folder, SECRET_LINE, "-m", file.toString());

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.errors().lines()).hasSize(1);
        assertThat(ended.errors()).contains("not a GGUF model");
    }

    @Test
    void refusesAModelThatIsCutOff() throws Exception {
        Path model = folder.resolve("model.gguf");
        TinyModel.write(model);
        byte[] bytes = Files.readAllBytes(model);
        Path cut = Files.write(folder.resolve("cut.gguf"), Arrays.copyOf(bytes, bytes.length - 1000));

        EngineProcess.Ended ended = EngineProcess.runToEnd(folder, SECRET_LINE, "-m", cut.toString());

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.errors().lines()).hasSize(1);
        assertThat(ended.errors()).contains("cut.gguf", "corrupted or incomplete");
    }

    @Test
    void saysInLlamaCppsWordsWhyItRefusedAModel() throws Exception {
        Path model = folder.resolve("model.gguf");
        TinyModel.write(model);
        String bytes = Files.readString(model, StandardCharsets.ISO_8859_1);
        Path strange = Files.writeString(
                folder.resolve("strange.gguf"),
                bytes.replaceFirst("blk\\.1\\.attn_q", "blk.1.attn_z"),
                StandardCharsets.ISO_8859_1);

        EngineProcess.Ended ended = EngineProcess.runToEnd(folder, SECRET_LINE, "-m", strange.toString());

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.errors().lines()).hasSize(1);
        assertThat(ended.errors()).contains("missing tensor 'blk.1.attn_q.weight'");
    }

    @Test
    void saysWhichFlagsLlamaCppRefused() throws Exception {
        Path model = folder.resolve("model.gguf");
        TinyModel.write(model);

        EngineProcess.Ended ended =
                EngineProcess.runToEnd(folder, SECRET_LINE, "-m", model.toString(), "--cache-type-v", "q4_0");

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.errors()).contains("V cache quantization requires flash_attn");
    }

    @Test
    void aChatTemplateThatRefusesEverythingDoesNotEndTheEngine() throws Exception {
        Path model = folder.resolve("model.gguf");
        TinyModel.write(model);
        String bytes = Files.readString(model, StandardCharsets.ISO_8859_1);
        int template = bytes.indexOf("{% for m in messages %}");
        String refusal = "{{ raise_exception('never') }}";
        Path strange = Files.writeString(
                folder.resolve("strange.gguf"),
                bytes.substring(0, template) + refusal + bytes.substring(template + refusal.length()),
                StandardCharsets.ISO_8859_1);

        try (EngineProcess engine = EngineProcess.start(folder, strange)) {
            String body = "{\"messages\":[{\"role\":\"tool\",\"content\":\"x\"}],\"max_tokens\":2}";
            assertThat(engine.post("/v1/chat/completions", body).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void refusesAPortInUse() throws Exception {
        Path model = folder.resolve("model.gguf");
        TinyModel.write(model);
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            EngineProcess.Ended ended = EngineProcess.runToEnd(
                    folder, SECRET_LINE, "-m", model.toString(), "--port", String.valueOf(other.getLocalPort()));

            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.errors()).contains("port in use");
        }
    }

    @Test
    void refusesToStartWithoutASecret() throws Exception {
        Path model = folder.resolve("model.gguf");
        TinyModel.write(model);
        for (String input : new String[] {"\n", "secret\n", "{\"key\":\"x\"}\n", "{\"api_key\":\" \"}\n"}) {
            EngineProcess.Ended ended = EngineProcess.runToEnd(folder, input, "-m", model.toString());

            assertThat(ended.status()).isEqualTo(2);
            assertThat(ended.errors()).contains("api_key");
        }
    }

    @Test
    void saysNothingOnStandardErrorWhenAllIsWell() throws Exception {
        try (EngineProcess engine = EngineProcess.startTiny(folder)) {
            engine.ask("/v1/completions", "{\"prompt\":\"the\",\"max_tokens\":3}");

            assertThat(engine.errors()).isEmpty();
        }
    }

    @Test
    void unpacksTheLibraryOnceForAllEngines() throws Exception {
        EngineProcess.startTiny(folder).close();
        Path library;
        try (var files = Files.walk(folder.resolve("natives"))) {
            library = files.filter(Files::isRegularFile).findAny().orElseThrow();
        }
        Object written = Files.getAttribute(library, "unix:ino");

        EngineProcess.startTiny(folder).close();

        assertThat(Files.getAttribute(library, "unix:ino")).isEqualTo(written);
    }

    @Test
    void endsQuicklyWhenTerminated() throws Exception {
        try (EngineProcess engine = EngineProcess.startTiny(folder)) {
            // Not Process.destroy(), which also closes the standard input: that alone would end the engine.
            engine.process().toHandle().destroy();

            assertThat(engine.process().waitFor(5, TimeUnit.SECONDS)).isTrue();
            assertThat(engine.process().exitValue()).isEqualTo(143);
        }
    }

    @Test
    void doesNotOutliveAParentThatWasKilled() throws Exception {
        Path model = folder.resolve("model.gguf");
        TinyModel.write(model);
        Process parent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MortalParent.class.getName(),
                        folder.toString(),
                        model.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String pid =
                new BufferedReader(new InputStreamReader(parent.getInputStream(), StandardCharsets.UTF_8)).readLine();
        ProcessHandle child = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
        assertThat(child.isAlive()).isTrue();

        parent.destroyForcibly().waitFor();

        Awaitility.await().atMost(EngineProcess.PATIENCE).until(() -> isGone(child));
    }

    // A dead process whose new parent has not yet asked for its status still has a number.
    private static boolean isGone(ProcessHandle process) throws Exception {
        Path status = Path.of("/proc/" + process.pid() + "/stat");
        Optional<String> line = Files.exists(status) ? Optional.of(Files.readString(status)) : Optional.empty();
        return !process.isAlive() || line.map(text -> text.contains(") Z ")).orElse(true);
    }
}
