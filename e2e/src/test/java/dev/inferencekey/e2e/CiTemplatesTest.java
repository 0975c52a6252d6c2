package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The GitHub Action and the GitLab template, their steps run by a shell as a runner would, against a real platform. */
@Tag("slow")
final class CiTemplatesTest {
    private static final Path DEPLOY = Path.of("..", "deploy").toAbsolutePath().normalize();
    private static final Path IK = Path.of("..", "ik").toAbsolutePath().normalize();
    private static final Pattern EXPRESSION = Pattern.compile("\\$\\{\\{\\s*(.*?)\\s*}}");

    private static final String DECLARATION = """
            name: Support bot
            slug: support-bot
            backend: simulator
            model: sim
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static RunningPlatform platform;

    @SuppressWarnings("NullAway.Init")
    private static Path archive;

    @BeforeAll
    static void start() throws Exception {
        platform = RunningPlatform.start(folder.resolve("data"));
        // Shaped like a release's.
        Path ik = Files.createDirectories(folder.resolve("inferencekey/bin")).resolve("ik");
        Files.writeString(ik, "#!/bin/sh\nexec \"" + IK + "\" \"$@\"\n");
        assertThat(ik.toFile().setExecutable(true)).isTrue();
        archive = folder.resolve("ik.tar.gz");
        Ran packed = run(folder, "tar -czf " + archive + " -C " + folder + " inferencekey", Map.of());
        assertThat(packed.exitCode).as(packed.output).isZero();
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    private record Ran(int exitCode, String output) {}

    @Test
    void theActionPlansEnsuresAndWaits() throws Exception {
        platform.createProject("github");
        String token = platform.mintToken("github").credential();
        Map<String, String> inputs = Map.of(
                "base-url", platform.url().toString(),
                "project", "github",
                "sdk-token", token,
                "archive", archive.toUri().toString(),
                "sha256", sha256(archive));
        Path work = work("github");

        Ran plan = act(work, inputs, "plan");
        assertThat(plan.exitCode).as(plan.output).isNotZero();
        assertThat(plan.output)
                .contains(
                        "github/support-bot: would create", "Not as declared: github/support-bot", "::error::ik plan");
        Ran waited = act(work, inputs, "wait");
        assertThat(waited.exitCode).as(waited.output).isZero();
        Ran again = act(work, inputs, "plan");
        assertThat(again.exitCode).as(again.output).isZero();
        assertThat(again.output).contains("github/support-bot: unchanged");
        assertThat(plan.output + waited.output + again.output).doesNotContain(token);
    }

    @Test
    void theActionRefusesAnArchiveThatIsAnother() throws Exception {
        Ran refused = act(
                work("other"),
                Map.of(
                        "base-url", platform.url().toString(),
                        "sdk-token", "ik_sdk_none",
                        "archive", archive.toUri().toString(),
                        "sha256", "0".repeat(64)),
                "plan");
        assertThat(refused.exitCode).isNotZero();
        assertThat(refused.output).contains("is not the one with SHA-256");
    }

    @Test
    void theActionIsDescribedAsGitHubWantsIt() throws IOException {
        JsonNode action = yaml("github-action/action.yml");
        assertThat(action.propertyNames()).containsAll(Set.of("name", "description", "inputs", "runs"));
        assertThat(action.at("/runs/using").asString("")).isEqualTo("composite");
        assertThat(action.get("inputs").valueStream())
                .allSatisfy(input -> assertThat(input.propertyNames())
                        .contains("description", "required")
                        .isSubsetOf(Set.of("description", "required", "default")));
        for (JsonNode step : action.at("/runs/steps")) {
            assertThat(step.propertyNames()).contains("run", "shell");
            Matcher expressions = EXPRESSION.matcher(step.toString());
            while (expressions.find()) {
                String name = expressions.group(1).substring("inputs.".length());
                assertThat(action.get("inputs").has(name)).as(name).isTrue();
            }
            // What an input says must never become part of a script.
            assertThat(step.get("run").asString()).doesNotContain("${{");
        }
    }

    @Test
    void theGitLabJobsPlanAndEnsure() throws Exception {
        platform.createProject("gitlab");
        String token = platform.mintToken("gitlab").credential();
        Map<String, String> variables = Map.of(
                "INFERENCEKEY_BASE_URL", platform.url().toString(),
                "INFERENCEKEY_PROJECT", "gitlab",
                "INFERENCEKEY_SDK_TOKEN", token,
                "INFERENCEKEY_ARCHIVE", archive.toUri().toString(),
                "INFERENCEKEY_ARCHIVE_SHA256", sha256(archive));
        Path work = work("gitlab");

        Ran plan = job(work, "inferencekey:plan", variables);
        assertThat(plan.exitCode).as(plan.output).isNotZero();
        assertThat(plan.output).contains("Not as declared: gitlab/support-bot");
        Ran ensured = job(work, "inferencekey:ensure", variables);
        assertThat(ensured.exitCode).as(ensured.output).isZero();
        assertThat(ensured.output).contains("gitlab/support-bot: created");
        assertThat(plan.output + ensured.output).doesNotContain(token);
    }

    @Test
    void theGuideUsesTheActionAndTheTemplateAsTheyAre() throws IOException {
        List<JsonNode> shown = new ArrayList<>();
        Matcher fences = Pattern.compile("```yaml\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(DEPLOY.resolveSibling("docs").resolve("guides/ci.md")));
        while (fences.find()) {
            shown.add(new YAMLMapper().readTree(fences.group(1)));
        }
        Set<String> inputs =
                new TreeSet<>(yaml("github-action/action.yml").get("inputs").propertyNames());
        assertThat(inputs).containsAll(shown.get(0).get(0).get("with").propertyNames());
        assertThat(Files.readString(DEPLOY.resolve("gitlab/inferencekey.yml")))
                .contains(shown.get(1).get("include").get(0).get("local").asString())
                .contains("INFERENCEKEY_BASE_URL", "INFERENCEKEY_ARCHIVE");
    }

    private static Path work(String name) throws IOException {
        Path work = Files.createDirectories(folder.resolve(name));
        Files.writeString(work.resolve("workload.yaml"), DECLARATION);
        return work;
    }

    /** The action's steps, one after the other, as a runner runs them. */
    private static Ran act(Path work, Map<String, String> given, String command) throws Exception {
        JsonNode action = yaml("github-action/action.yml");
        Map<String, String> inputs = new LinkedHashMap<>();
        action.get("inputs")
                .forEachEntry(
                        (name, input) -> inputs.put(name, input.path("default").asString("")));
        inputs.putAll(given);
        inputs.put("command", command);
        Path paths = Files.writeString(Files.createTempFile(folder, "path", ".txt"), "");
        StringBuilder output = new StringBuilder();
        for (JsonNode step : action.at("/runs/steps")) {
            if (step.path("if").asString("").equals("inputs.archive != ''")
                    && inputs.getOrDefault("archive", "").isEmpty()) {
                continue;
            }
            Map<String, String> environment = new LinkedHashMap<>();
            step.get("env")
                    .forEachEntry((name, value) -> environment.put(
                            name,
                            EXPRESSION
                                    .matcher(value.asString())
                                    .replaceAll(found -> Matcher.quoteReplacement(
                                            inputs.getOrDefault(found.group(1).substring("inputs.".length()), "")))));
            environment.put(
                    "GITHUB_ACTION_PATH", DEPLOY.resolve("github-action").toString());
            environment.put("GITHUB_PATH", paths.toString());
            environment.put(
                    "RUNNER_TEMP",
                    Files.createDirectories(folder.resolve("runner")).toString());
            List<String> added = Files.readAllLines(paths);
            if (!added.isEmpty()) {
                environment.put("PATH", added.getLast() + ":" + System.getenv("PATH"));
            }
            Ran ran = run(work, step.get("run").asString(), environment);
            output.append(ran.output);
            if (ran.exitCode != 0) {
                return new Ran(ran.exitCode, output.toString());
            }
        }
        return new Ran(0, output.toString());
    }

    private static Ran job(Path work, String name, Map<String, String> given) throws Exception {
        JsonNode pipeline = yaml("gitlab/inferencekey.yml");
        JsonNode job = pipeline.get(name);
        JsonNode base = pipeline.get(job.get("extends").asString());
        List<String> script = new ArrayList<>();
        base.get("before_script").forEach(line -> script.add(line.asString()));
        job.get("script").forEach(line -> script.add(line.asString()));
        Map<String, String> environment = new LinkedHashMap<>();
        base.get("variables").forEachEntry((variable, value) -> environment.put(variable, value.asString()));
        environment.putAll(given);
        return run(work, String.join("\n", script), environment);
    }

    private static Ran run(Path work, String script, Map<String, String> environment) throws Exception {
        Path output = Files.createTempFile(folder, "output", ".txt");
        ProcessBuilder builder = new ProcessBuilder("sh", "-e", "-c", script)
                .directory(work.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("INFERENCEKEY_"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        return new Ran(process.waitFor(), Files.readString(output, StandardCharsets.UTF_8));
    }

    private static JsonNode yaml(String file) throws IOException {
        return new YAMLMapper().readTree(Files.readString(DEPLOY.resolve(file)));
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }
}
