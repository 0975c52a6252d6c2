package dev.inferencekey.declaration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.WorkloadSpec;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadFileTest {
    private static final String MINIMAL = "name: Bot\nslug: bot\nbackend: ollama\nmodel: gemma\n";

    @Test
    void readsEveryField() {
        WorkloadSpec spec = only("""
                # the whole set
                name: Support bot
                slug: support-bot
                project: acme
                description: Answers tickets
                backend: vllm
                model: google/gemma
                command: vllm serve google/gemma
                vllm_version: "0.11.0"
                task_type: text2text
                worker_id: wrk_1
                gpu_resource_id: gpu_0
                execution_policy: fixed
                execution_policy_config:
                  replicas: 1
                """);
        assertThat(spec.project()).contains("acme");
        assertThat(spec.toJson())
                .containsEntry("name", "Support bot")
                .containsEntry("slug", "support-bot")
                .containsEntry("description", "Answers tickets")
                .containsEntry("backend", "vllm")
                .containsEntry("model_name", "google/gemma")
                .containsEntry("config", Map.of("command", "vllm serve google/gemma", "vllm_version", "0.11.0"))
                .containsEntry("task_type", "text2text")
                .containsEntry("worker_id", "wrk_1")
                .containsEntry("gpu_resource_id", "gpu_0")
                .containsEntry("execution_policy", "fixed")
                .containsEntry("execution_policy_config", Map.of("replicas", 1));
    }

    @Test
    void keepsNestedValuesAsTheyAre() {
        WorkloadSpec spec = only(MINIMAL
                + "config: {list: [1, two, true, null], empty: \"\", rate: 0.1, deep: {yes: no}, version: \"1.0\"}\n");
        assertThat(spec.toJson().get("config")).isInstanceOfSatisfying(Map.class, config -> {
            assertThat(config.get("list")).asString().isEqualTo("[1, two, true, null]");
            assertThat(config.get("empty")).isEqualTo("");
            assertThat(config.get("rate")).isEqualTo(new BigDecimal("0.1"));
            assertThat(config.get("deep")).isEqualTo(Map.of("yes", "no"));
            assertThat(config.get("version")).isEqualTo("1.0");
        });
    }

    @Test
    void readsSeveralDocumentsAndLists() {
        assertThat(read(MINIMAL + "---\n" + MINIMAL.replace("slug: bot", "slug: other") + "---\n"))
                .hasSize(2);
        assertThat(
                        read(
                                "- {name: A, slug: a, backend: ollama, model: m}\n- {name: B, slug: b, backend: ollama, model: m}\n"))
                .extracting(WorkloadSpec::slug)
                .containsExactly("a", "b");
    }

    @Test
    void readsJsonWithTabs() {
        assertThat(
                        only("{\n\t\"name\": \"Bot\",\n\t\"slug\": \"bot\",\n\t\"backend\": \"ollama\",\n\t\"model_name\": \"gemma\"\n}\n")
                                .model())
                .isEqualTo("gemma");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "modle: gemma|5: unknown field \"modle\"",
                "min_vram_gb: 24|5: unknown field \"min_vram_gb\"",
                "name: Again|5: Duplicate",
                "model_name: other|5: model and model_name",
                "vllm_version: 0.10|5: field \"vllm_version\" must be text; put it in quotes",
                "config: plain|5: field \"config\" must hold fields",
                "config: [1]|5: field \"config\" must hold fields",
                "config: {a: .inf}|5: ",
                "config: {a: &x 1, b: *x}|5: aliases",
                "description: [|",
                "description: 'ik_sdk_|",
                "description: ik_sdk_secret|secrets must never go in specs"
            })
    void saysWhichLineIsWrong(String line, String message) {
        assertThatThrownBy(() -> read(MINIMAL + line + "\n"))
                .isInstanceOf(DeclarationException.class)
                .hasMessageStartingWith("w.yaml:")
                .hasMessageContaining(message == null ? "w.yaml:" : message);
    }

    @Test
    void saysWhichFieldIsMissing() {
        assertThatThrownBy(() -> read("# x\n---\nname: Bot\n")).hasMessageContaining("field \"slug\" is missing");
    }

    @Test
    void findsTheWrongDocument() {
        assertThatThrownBy(() -> read(MINIMAL + "---\n" + MINIMAL + "typo: 1\n"))
                .hasMessageStartingWith("w.yaml:10: unknown field \"typo\"");
    }

    @ParameterizedTest
    @CsvSource({"''", "'# nothing'", "'---'", "'[]'", "'just text'", "'42'", "'- 1'"})
    void whatDeclaresNothingIsRefused(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(DeclarationException.class);
    }

    @Test
    void noiseEndsInAMessage() {
        Random random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            byte[] bytes = MINIMAL.concat("config: {a: [1, {b: \"c\"}]}\n").getBytes(StandardCharsets.UTF_8);
            for (int change = 0; change < 1 + random.nextInt(6); change++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(128);
            }
            String text = new String(bytes, StandardCharsets.UTF_8);
            try {
                assertThat(read(text)).isNotEmpty();
            } catch (DeclarationException e) {
                assertThat(e).hasMessageMatching("(?s)w\\.yaml:\\d+: .+");
            }
        }
    }

    @Test
    void depthIsBounded() {
        String deep = MINIMAL + "config: {a: " + "[".repeat(5_000) + "]".repeat(5_000) + "}\n";
        assertThatThrownBy(() -> read(deep)).isInstanceOf(DeclarationException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"~", "null", "Null", "NULL", "", "!!null ~", "   ~   "})
    void everySpellingOfNullLeavesTheFieldOut(String nothing) {
        WorkloadSpec spec = only("# 🙂 beyond the basic plane\n" + MINIMAL + "worker_id: " + nothing + "\ndescription: "
                + nothing + "\nconfig: {a: " + nothing + ", b: [" + nothing + "]}\n");

        assertThat(spec.toJson()).doesNotContainKeys("worker_id", "description");
        assertThat(spec.toJson().get("config"))
                .asString()
                .startsWith("{a=null, b=[")
                .doesNotContain("~");
    }

    @ParameterizedTest
    @ValueSource(strings = {"'~'", "\"~\"", "\"Null\"", "'NULL'", "!!str ~x", "nUll", "~/models"})
    void whatIsQuotedOrOnlyLooksLikeNullIsAText(String text) {
        assertThat(only(MINIMAL + "description: " + text + "\n").toJson().get("description"))
                .isInstanceOf(String.class);
    }

    @Test
    void aNameThatIsNullIsMissing() {
        assertThatThrownBy(() -> read(MINIMAL.replace("name: Bot", "name: ~")))
                .hasMessageContaining("name must not be empty");
    }

    @Test
    void twoDeclarationsOfOneWorkloadAreRefusedWithBothLines() {
        String twice = MINIMAL + "---\n" + MINIMAL.replace("slug: bot", "slug: Bot");

        assertThatThrownBy(() -> read(twice))
                .isInstanceOf(DeclarationException.class)
                .hasMessage("w.yaml:6: workload \"bot\" is declared twice, first in line 1; "
                        + "keep one of them, or give them different slugs");
    }

    @Test
    void theSameSlugInAnotherProjectIsAnotherWorkload() {
        assertThat(read(MINIMAL + "---\n" + MINIMAL + "project: other\n")).hasSize(2);
        assertThatThrownBy(() -> read(MINIMAL + "---\n" + MINIMAL + "project: acme\n"))
                .hasMessageContaining("declared twice");
    }

    @Test
    void aFileIsReadAsItIsNamed(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("workload.yaml"), MINIMAL);
        assertThat(WorkloadFile.read(file, null)).extracting(WorkloadSpec::slug).containsExactly("bot");

        Files.writeString(file, MINIMAL + "typo: 1\n");
        assertThatThrownBy(() -> WorkloadFile.read(file, null)).hasMessageStartingWith(file + ":5: unknown field");
    }

    @Test
    void aFileThatCanNotBeReadIsToldByItsName(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("workload.yaml");
        assertThatThrownBy(() -> WorkloadFile.read(file, null))
                .isInstanceOf(DeclarationException.class)
                .hasMessage("There is no file " + file + ".");

        Files.write(file, new byte[] {(byte) 0xff});
        assertThatThrownBy(() -> WorkloadFile.read(file, null)).hasMessage(file + " is not UTF-8 text");

        Files.write(file, new byte[(1 << 20) + 1]);
        assertThatThrownBy(() -> WorkloadFile.read(file, null)).hasMessage(file + " is larger than 1 MiB");
    }

    private static List<WorkloadSpec> read(String text) {
        return WorkloadFile.parse("w.yaml", text, "acme");
    }

    private static WorkloadSpec only(String text) {
        List<WorkloadSpec> specs = read(text);
        assertThat(specs).hasSize(1);
        return specs.getFirst();
    }
}
