package com.example.ahead;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.inferencekey.testkit.ScriptedCall;
import dev.inferencekey.testkit.ScriptedWorkload;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplicationAotProcessor;
import org.springframework.context.aot.AbstractAotProcessor.Settings;

/**
 * An application with a context that was processed ahead of time, as Spring Boot's {@code process-aot} does it: without credentials, which are
 * not there in a build. Its classes are then compiled and started in a JVM of their own.
 */
@Tag("slow")
class AheadOfTimeTest {
    /** What is in the application's files: the same in the build and where it runs. */
    private static final List<String> DECLARED = List.of(
            "--inferencekey.endpoints.support-bot.api-key=${SUPPORT_BOT_KEY}",
            "--inferencekey.ai.chat.endpoint=support-bot",
            "--inferencekey.ai.embedding.endpoint=support-bot",
            "--spring.main.banner-mode=off");

    private static final long LONGEST_SECONDS = 60;

    @TempDir
    private Path folder;

    @Test
    void startsAndCallsItsWorkloads() throws Exception {
        Path sources = folder.resolve("sources");
        Path resources = folder.resolve("resources");
        Path classes = folder.resolve("classes");
        process(sources, resources, classes);
        compile(sources, classes);
        assertThat(Files.readString(
                        resources.resolve("META-INF/native-image/com.example/ahead/reachability-metadata.json")))
                .as("what a native image needs to bind the properties")
                .contains(
                        "dev.inferencekey.spring.InferenceKeyProperties$EndpointSettings",
                        "dev.inferencekey.spring.InferenceKeyProperties$Data",
                        "dev.inferencekey.spring.ai.InferenceKeyAiProperties$Chat");

        try (InferenceKeyPlatform platform = InferenceKeyPlatform.start()) {
            ScriptedWorkload bot =
                    platform.script("support-bot").answer("Lisbon.").answer("Tomorrow.");
            String output = run(platform, classes + File.pathSeparator + resources);

            assertThat(output)
                    .contains(
                            "Processed ahead of time: true",
                            "Endpoint: Lisbon.",
                            "Chat model: Tomorrow.",
                            "Embedding model: InferenceKeyEmbeddingModel[" + platform.project() + "/support-bot]")
                    .doesNotContain(platform.apiKey());
            assertThat(bot.calls()).extracting(ScriptedCall::prompt).containsExactly("Where?", "When?");
        }
    }

    private static void process(Path sources, Path resources, Path classes) throws IOException {
        Files.createDirectories(classes);
        Settings settings = Settings.builder()
                .sourceOutput(sources)
                .resourceOutput(resources)
                .classOutput(classes)
                .groupId("com.example")
                .artifactId("ahead")
                .build();
        new SpringApplicationAotProcessor(AheadApplication.class, settings, DECLARED.toArray(String[]::new)).process();
    }

    private static void compile(Path sources, Path classes) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "-proc:none",
                "-nowarn",
                "-d",
                classes.toString(),
                "-cp",
                classes + File.pathSeparator + System.getProperty("java.class.path")));
        try (Stream<Path> files = Files.walk(sources)) {
            files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(arguments::add);
        }
        int status = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
        assertThat(status).as("the compiler's status").isZero();
    }

    private String run(InferenceKeyPlatform platform, String generated) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dspring.aot.enabled=true",
                "-cp",
                generated + File.pathSeparator + System.getProperty("java.class.path"),
                AheadApplication.class.getName()));
        command.addAll(DECLARED);
        Path output = folder.resolve("output");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("INFERENCEKEY_"));
        builder.environment().put("INFERENCEKEY_BASE_URL", platform.baseUrl());
        builder.environment().put("INFERENCEKEY_PROJECT", platform.project());
        builder.environment().put("SUPPORT_BOT_KEY", platform.apiKey());
        Process application = builder.start();
        try {
            assertThat(application.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS))
                    .as("it ends by itself")
                    .isTrue();
            String said = Files.readString(output, StandardCharsets.UTF_8);
            assertThat(application.exitValue()).as(said).isZero();
            return said;
        } finally {
            application.destroyForcibly();
        }
    }
}
