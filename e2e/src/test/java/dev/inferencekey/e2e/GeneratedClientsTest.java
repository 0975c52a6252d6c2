package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Clients that a generator makes from {@code /openapi.json} compile, in four languages. The generator is a program of its own, since it
 * carries half of the libraries that these tests use, in other versions; the build puts it into {@code target/generators}.
 */
class GeneratedClientsTest {
    private static final Path GENERATORS = Path.of("target/generators").toAbsolutePath();
    private static final Path CLIENTS = Path.of("target/generated-clients").toAbsolutePath();
    private static final Path SETTINGS = Path.of("clients").toAbsolutePath();
    private static final String JAVA_HOME = System.getProperty("java.home");

    @BeforeAll
    static void generate() throws IOException, InterruptedException {
        deleteAll(CLIENTS);
        Files.createDirectories(CLIENTS);
        Path document = CLIENTS.resolve("openapi.json");
        try (InputStream in = GeneratedClientsTest.class.getResourceAsStream("/openapi.json")) {
            Files.copy(in, document);
        }
        List<String> command = new ArrayList<>(List.of(
                JAVA_HOME + "/bin/java",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                GENERATORS.resolve("openapi-generator-cli.jar").toString(),
                "batch",
                "--fail-fast",
                "--threads",
                "2",
                "--includes-base-dir",
                CLIENTS.toString()));
        for (String generator : List.of("java", "python", "go", "typescript-fetch")) {
            Path settings = CLIENTS.resolve(generator + ".json");
            Files.writeString(settings, """
                    {"generatorName": "%s", "inputSpec": "%s", "outputDir": "%s", "validateSpec": true%s,
                     "globalProperties": {"apiDocs": "false", "modelDocs": "false", "apiTests": "false", "modelTests": "false"}}
                    """.formatted(
                            generator,
                            document,
                            CLIENTS.resolve(generator),
                            generator.equals("java") ? ", \"library\": \"native\"" : ""));
            command.add(settings.toString());
        }
        run(CLIENTS, Map.of(), command);
    }

    @Test
    void theJavaClientCompiles() throws IOException, InterruptedException {
        String classpath;
        try (Stream<Path> jars = Files.list(GENERATORS.resolve("java"))) {
            classpath = jars.map(Path::toString).collect(Collectors.joining(":"));
        }
        List<String> command = new ArrayList<>(List.of(
                JAVA_HOME + "/bin/javac",
                "--release",
                "17",
                "-proc:none",
                "-nowarn",
                "-d",
                "classes",
                "-cp",
                classpath));
        try (Stream<Path> sources = Files.walk(CLIENTS.resolve("java/src/main/java"))) {
            sources.filter(file -> file.toString().endsWith(".java")).forEach(file -> command.add(file.toString()));
        }

        run(CLIENTS.resolve("java"), Map.of(), command);

        assertThat(CLIENTS.resolve("java/classes/org/openapitools/client/model/WorkloadInput.class"))
                .exists();
    }

    @Test
    @Tag("python")
    void everyModuleOfThePythonClientCanBeImported() throws IOException, InterruptedException {
        Path libraries = CLIENTS.resolve("python-libraries");
        run(
                SETTINGS,
                Map.of(),
                List.of(
                        "python3",
                        "-m",
                        "pip",
                        "install",
                        "--quiet",
                        "--disable-pip-version-check",
                        "--no-warn-conflicts",
                        "--root-user-action",
                        "ignore",
                        "--target",
                        libraries.toString(),
                        "-r",
                        "python/requirements.txt"));

        String imported =
                run(CLIENTS.resolve("python"), Map.of("PYTHONPATH", libraries + ":."), List.of("python3", "-c", """
                        import importlib, pkgutil, openapi_client
                        names = [m.name for m in pkgutil.walk_packages(openapi_client.__path__, 'openapi_client.')]
                        for name in names:
                            importlib.import_module(name)
                        openapi_client.WorkloadInput(name='Bot', backend='simulator', model_name='m')
                        print(*names)
                        """));

        assertThat(imported).contains("openapi_client.models.workload_input");
    }

    @Test
    @Tag("go")
    void theGoClientCompiles() throws IOException, InterruptedException {
        Path client = CLIENTS.resolve("go");
        // The generator asks for a newer Go than its own code needs.
        run(client, Map.of(), List.of("go", "mod", "edit", "-go=1.19"));
        run(client, Map.of("GOFLAGS", "-mod=mod", "GOTOOLCHAIN", "local"), List.of("go", "build", "./..."));

        assertThat(client.resolve("model_workload_input.go")).exists();
    }

    @Test
    @Tag("node")
    void theTypeScriptClientCompiles() throws IOException, InterruptedException {
        Path compiler = SETTINGS.resolve("typescript/node_modules/typescript/bin/tsc");
        NodePackages.install(SETTINGS.resolve("typescript"));
        run(SETTINGS.resolve("typescript"), Map.of(), List.of("node", compiler.toString(), "-p", "."));

        assertThat(CLIENTS.resolve("typescript-fetch/models/WorkloadInput.ts")).exists();
    }

    private static String run(Path folder, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(command.getFirst() + ": " + printed).isZero();
        return printed;
    }

    private static void deleteAll(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(file -> {
                    try {
                        Files.delete(file);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            }
        }
    }
}
