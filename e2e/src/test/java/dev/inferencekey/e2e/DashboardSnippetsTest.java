package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.e2e.Chromium.Look;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a workload's page offers to copy is run as it stands, with nothing but the key in the environment: Java as one file, TypeScript in Node,
 * curl in a shell. All of it, Python too, is kept in {@code target/snippets}.
 */
@Tag("chromium")
@Tag("node")
class DashboardSnippetsTest {
    private static final Path NODE = Path.of("node").toAbsolutePath();
    private static final Path KEPT = Path.of("target", "snippets");

    /** What nothing serves that could be asked here. */
    private static final Set<TaskType> UNSERVED =
            EnumSet.of(TaskType.TEXT2VIDEO, TaskType.IMAGE2VIDEO, TaskType.REWARD, TaskType.OMNI);

    private static final byte[] PIXEL = Base64.getDecoder()
            .decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    private record Snippet(TaskType task, String id, String text) {}

    @TempDir
    static Path temp;

    private static RunningPlatform platform;
    private static Chromium chromium;
    private static String key;
    private static final List<Snippet> SNIPPETS = new ArrayList<>();

    @BeforeAll
    static void copyEverySnippet() throws IOException, InterruptedException {
        NodePackages.install(NODE);
        platform = RunningPlatform.start(temp.resolve("data"));
        chromium = new Chromium();
        platform.createProject("acme");
        Set<TaskType> tasks = EnumSet.complementOf(EnumSet.copyOf(UNSERVED));
        for (TaskType task : tasks) {
            platform.createSimulated("acme", task.wire(), task.wire(), Map.of());
        }
        key = platform.mintKey("acme", "acme/*").credential();

        Page owner = chromium.window(Look.LIGHT);
        owner.navigate(platform.setUpLink().toString());
        owner.fill("#email", "ann@example.com");
        owner.fill("#password", "correct horse battery");
        owner.click("text=Go on");
        owner.waitForURL("**/projects");
        Files.createDirectories(KEPT);
        for (TaskType task : tasks) {
            owner.navigate(platform.url() + "/projects/acme/workloads/" + task.wire());
            for (Locator text : owner.locator("pre[id^=snippet-]").all()) {
                String id = text.getAttribute("id").substring("snippet-".length());
                Snippet snippet = new Snippet(task, id, text.textContent());
                SNIPPETS.add(snippet);
                Files.writeString(KEPT.resolve(task.wire() + "-" + id + ".txt"), snippet.text());
            }
        }
        Files.write(temp.resolve("lighthouse.png"), PIXEL);
        Files.writeString(temp.resolve("hello.mp3"), "not quite music");
        Files.createSymbolicLink(temp.resolve("node_modules"), NODE.resolve("node_modules"));
        // curl ends well by itself whatever the server answers.
        Files.writeString(temp.resolve(".curlrc"), "fail-with-body\n");
    }

    @AfterAll
    static void stop() throws IOException {
        chromium.close();
        platform.close();
        Files.deleteIfExists(temp.resolve("node_modules"));
    }

    private static List<Snippet> in(String id) {
        List<Snippet> found =
                SNIPPETS.stream().filter(snippet -> snippet.id().equals(id)).toList();
        assertThat(found).hasSizeGreaterThan(2);
        return found;
    }

    @Test
    void javaRunsAsOneFile() throws IOException, InterruptedException {
        String classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> Files.exists(Path.of(entry)))
                .collect(Collectors.joining(File.pathSeparator));
        for (Snippet snippet : in("java")) {
            Files.writeString(temp.resolve("Call.java"), snippet.text());

            String printed = run(
                    temp,
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    classPath,
                    "Call.java");

            assertThat(printed).as(snippet.toString()).isNotBlank().doesNotStartWith("4");
        }
    }

    @Test
    void typeScriptRunsInNodeWithOpenAisClient() throws IOException, InterruptedException {
        for (Snippet snippet : in("typescript")) {
            Path script = Files.writeString(temp.resolve(snippet.task().wire() + ".mjs"), snippet.text());

            String printed = run(temp, "node", script.toString());

            // Speech goes into a file and prints nothing.
            if (snippet.task() != TaskType.TEXT2AUDIO) {
                assertThat(printed).as(snippet.toString()).isNotBlank();
            }
        }
        assertThat(temp.resolve("hello.mp3")).isNotEmptyFile();
    }

    @Test
    void curlRunsInAShell() throws IOException, InterruptedException {
        for (Snippet snippet : in("curl")) {
            assertThat(run(temp, "sh", "-c", snippet.text()))
                    .as(snippet.toString())
                    .isNotBlank();
        }
    }

    @Test
    void whatAnyClientIsToldIsWhatAShellTakes() throws IOException, InterruptedException {
        for (Snippet snippet : in("any")) {
            String listed = run(
                    temp,
                    "sh",
                    "-c",
                    snippet.text()
                            + "curl -sS \"$OPENAI_BASE_URL/models\" -H \"Authorization: Bearer $OPENAI_API_KEY\"\n"
                            + "echo; echo \"$OPENAI_MODEL\"");

            assertThat(listed).contains("\"" + snippet.task().wire() + "\"");
        }
    }

    /** What it printed; anything but a good end fails the test. */
    private static String run(Path folder, String... command) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        if (key != null) {
            builder.environment().put("INFERENCEKEY_API_KEY", key);
        }
        builder.environment().put("CURL_HOME", folder.toString());
        Process process = builder.start();
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(printed).isZero();
        return printed;
    }
}
