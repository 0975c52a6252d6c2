package dev.inferencekey.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.inferencekey.WorkloadSpec;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.declaration.DeclarationException;
import dev.inferencekey.declaration.WorkloadFile;
import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.workload.Backend;
import dev.inferencekey.server.domain.workload.WorkloadRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The schema for editors says of a declaration what {@code ik ensure} and the server say of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkloadSchemaTest {
    private static final Path FOLDER = Path.of("..", "docs", "reference");
    private static final Pattern YAML = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);
    private static final String MINIMAL = "name: Bot\nslug: bot\nmodel: m\nbackend: ";

    private JsonNode text;
    private Schema schema;

    @BeforeAll
    void read() throws IOException {
        text = new YAMLMapper().readTree(Files.readString(FOLDER.resolve("workload.schema.json")));
        schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ollama",
                "simulator\nconfig: {ttft_ms: 300, tokens_per_second: 0.5, failure_rate: 1}",
                "simulator\nconfig:\ndescription: ~\nexecution_policy_config:",
                "llamacpp\ncommand: llama-server -m a.gguf",
                "llamacpp\nconfig: {command: llama-server -m a.gguf, env: {CUDA_VISIBLE_DEVICES: '0'}, memory_mb: 64}",
                "vllm\nconfig: {command: vllm serve m, vllm_version: '0.11.0', env: {HF_TOKEN: {secret_ref: hf}}}",
                "vllm\ncommand: vllm serve m\nvllm_version: '0.11.0'",
                "sglang",
                "stablediffusioncpp\ntask_type: text2image\ncommand: sd-server -m a.gguf",
                "external\nconfig: {base_url: 'https://api.example.com/v1', secret_ref: openai, stream_usage: false}",
                "simulator\ntask_type: reranker\nworker_id: node-a\ngpu_resource_id: gpu_0\nproject: acme",
                "simulator\nexecution_policy: fixed\nexecution_policy_config: {replicas: 1000}",
                "simulator\nexecution_policy: scheduled\nexecution_policy_config: {window: 'Mon-Fri 08:00-20:00'}",
                "simulator\nexecution_policy: scheduled\nexecution_policy_config: {cron: 0 2 * * *, timezone: UTC}",
                "simulator\nexecution_policy: autoscaling",
                "simulator\nexecution_policy: autoscaling\nexecution_policy_config: {min_workers: 0, max_workers: 3,"
                        + " workers: {source: private, private_worker_ids: [a]}}",
                "simulator\nexecution_policy: autoscaling\nexecution_policy_config: {max_hourly_cost_usd: 5,"
                        + " workers: {source: cloud, cloud_pool: {gpu_pool: [A100]}}}",
            })
    void takesWhatEnsureTakes(String backend) {
        String declaration = MINIMAL + backend + "\n";
        assertThat(ensureTakes(declaration)).isTrue();
        assertThat(schema.validate(new YAMLMapper().readTree(declaration))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "teapot",
                "ollama\nreplicas: 2",
                "ollama\nconfig: {command: ollama serve}",
                "ollama\nmodel_name: m",
                "ollama\nprovider: aws",
                "ollama\ntask_type: poetry",
                "ollama\ndescription: 7",
                "ollama\ndescription: ik_live_00000000_",
                "llamacpp",
                "llamacpp\nconfig: {command: llama-server, vllm_version: '1'}",
                "llamacpp\nconfig: {command: llama-server, memory_mb: 63}",
                "vllm\nconfig: {command: ' '}",
                "stablediffusioncpp\ncommand: sd-server",
                "external",
                "external\nconfig: {base_url: 'ftp://example.com'}",
                "external\nconfig: {base_url: 'https://example.com', stream_usage: 'no'}",
                "simulator\nconfig: {ttft_ms: -1}",
                "simulator\nconfig: {failure_rate: 1.5}",
                "simulator\nconfig: {output_tokens: 0}",
                "simulator\nconfig: {speed: 1}",
                "simulator\nconfig: fast",
                "simulator\nexecution_policy: sometimes",
                "simulator\nexecution_policy_config: {replicas: 0}",
                "simulator\nexecution_policy_config: {min_workers: 0}",
                "simulator\nexecution_policy: scheduled",
                "simulator\nexecution_policy: scheduled\nexecution_policy_config: {window: 'Mon 08:00-20:00', cron: 0 2 * * *}",
                "simulator\nexecution_policy: autoscaling\nexecution_policy_config: {max_workers: 0}",
                "simulator\nexecution_policy: autoscaling\nexecution_policy_config: {workers: {source: cloud}}",
                "simulator\nexecution_policy: autoscaling\nexecution_policy_config: {workers: {source: moon}}",
            })
    void refusesWhatEnsureRefuses(String backend) {
        String declaration = MINIMAL + backend + "\n";
        assertThat(ensureTakes(declaration)).isFalse();
        assertThat(schema.validate(new YAMLMapper().readTree(declaration))).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "slug: bot\nmodel: m\nbackend: ollama\n",
                "name: Bot\nmodel: m\nbackend: ollama\n",
                "name: Bot\nslug: bot\nbackend: ollama\n",
                "name: Bot\nslug: bot\nmodel: m\n",
                "name: ' '\nslug: bot\nmodel: m\nbackend: ollama\n",
                "[]\n",
                "- name\n"
            })
    void refusesIncompleteDeclarationsAsEnsureDoes(String declaration) {
        assertThat(ensureTakes(declaration)).isFalse();
        assertThat(schema.validate(new YAMLMapper().readTree(declaration))).isNotEmpty();
    }

    @Test
    void knowsTheSameNames() {
        JsonNode fields = text.at("/$defs/workload/properties");
        // What the reader knows is told where it meets something else.
        assertThatThrownBy(() -> WorkloadFile.parse("workload.yaml", "other: 1", null))
                .hasMessageEndingWith("known are " + String.join(", ", new TreeSet<>(fields.propertyNames())));
        assertThat(texts(fields.at("/backend/enum")))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Backend.values()).map(Backend::wire).toList());
        assertThat(texts(fields.at("/task_type/enum")))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(TaskType.values()).map(TaskType::wire).toList());
    }

    @Test
    void thePageNamesAllThatTheSchemaKnowsAndItsExamplesAreTaken() throws IOException {
        String page = Files.readString(FOLDER.resolve("workload.md"));
        for (JsonNode properties : text.findValues("properties")) {
            assertThat(properties.propertyNames())
                    .allSatisfy(name -> assertThat(page).containsPattern("`[^`]*\\b" + name + "\\b[^`]*`"));
        }
        for (String word : List.of("/backend/enum", "/task_type/enum", "/execution_policy/enum")) {
            texts(text.at("/$defs/workload/properties" + word))
                    .forEach(name -> assertThat(page).contains("`" + name + "`"));
        }
        List<String> examples =
                YAML.matcher(page).results().map(MatchResult::group).toList();
        assertThat(examples).hasSizeGreaterThan(3);
        for (MatchResult example : YAML.matcher(page).results().toList()) {
            String yaml = example.group(1);
            if (yaml.contains("backend:")) {
                assertThat(ensureTakes(yaml)).as(yaml).isTrue();
                assertThat(schema.validate(new YAMLMapper().readTree(yaml)))
                        .as(yaml)
                        .isEmpty();
            }
        }
    }

    private static List<String> texts(JsonNode list) {
        assertThat(list.isArray()).isTrue();
        return list.valueStream().map(JsonNode::asString).toList();
    }

    /** What the command reads, and then the server. */
    private static boolean ensureTakes(String declaration) {
        try {
            for (WorkloadSpec spec : WorkloadFile.parse("workload.yaml", declaration, "demo")) {
                WorkloadRules.declaration(spec.toJson());
            }
            return true;
        } catch (DeclarationException | InvalidFieldException e) {
            return false;
        }
    }
}
