package dev.inferencekey.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.inferencekey.ManagementClient;
import dev.inferencekey.NotFoundException;
import dev.inferencekey.testkit.InferenceKeyPlatform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Tag("slow")
class EnsureOnStartupTest {
    private static InferenceKeyPlatform server;

    @TempDir
    private Path folder;

    private InferenceKeyPlatform platform;

    @BeforeAll
    static void start() {
        server = InferenceKeyPlatform.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void useAProjectOfItsOwn() {
        platform = server.newProject();
    }

    @Test
    void ensuresWhatFilesAndPropertiesDeclareBeforeOtherRunners() {
        Path file = write("""
                name: Support bot
                slug: support-bot
                backend: simulator
                model: simulated
                config:
                  output_tokens: 5
                ---
                - {name: Search, slug: search, backend: simulator, model: simulated, task_type: embedding}
                """);
        run(
                context -> assertThat(context.getBean(Seen.class).slugs)
                        .containsExactlyInAnyOrder("support-bot", "search", "ranker"),
                "inferencekey.ensure.enabled=true",
                "inferencekey.ensure.files=" + file.toUri(),
                "inferencekey.ensure.workloads.ranker.backend=simulator",
                "inferencekey.ensure.workloads.ranker.model=simulated",
                "inferencekey.ensure.workloads.ranker.task-type=reranker");
        assertThat(platform.management().get("support-bot").config()).containsEntry("output_tokens", 5);
        assertThat(platform.management().get("ranker"))
                .satisfies(ranker -> assertThat(ranker.taskType()).isEqualTo("reranker"))
                .satisfies(ranker -> assertThat(ranker.name()).isEqualTo("ranker"));
    }

    @Test
    void doesNothingUnlessTold() {
        AtomicBoolean ran = new AtomicBoolean();
        run(
                context -> ran.set(context.getBeansOfType(EnsureOnStartup.class).isEmpty()),
                "inferencekey.ensure.workloads.bot.backend=simulator",
                "inferencekey.ensure.workloads.bot.model=simulated");
        assertThat(ran).isTrue();
        assertThat(catchThrowable(() -> platform.management().get("bot"))).isInstanceOf(NotFoundException.class);
    }

    @Test
    void stopsTheApplicationAtDriftThatMayNotBe() {
        platform.simulate("bot");
        FailureAnalysis failure = failure(
                "inferencekey.ensure.on-drift=fail",
                "inferencekey.ensure.workloads.bot.backend=simulator",
                "inferencekey.ensure.workloads.bot.model=another");
        assertThat(failure.getDescription()).contains("\"bot\"", "model_name");
        assertThat(failure.getAction()).contains("inferencekey.ensure.on-drift");
        assertThat(platform.management().get("bot").modelName()).isEqualTo("simulated");
    }

    @Test
    void stopsTheApplicationIfAWorkloadDoesNotServeInTime() {
        FailureAnalysis failure = failure(
                "inferencekey.ensure.timeout=1ms",
                "inferencekey.ensure.workloads.bot.backend=simulator",
                "inferencekey.ensure.workloads.bot.model=simulated");
        assertThat(failure.getDescription()).contains(platform.project() + "/bot", "1 ms");
        assertThat(failure.getAction()).contains("inferencekey.ensure.timeout", "wait-for-ready=false");
    }

    @Test
    void doesNotStartWhereNothingIsDeclaredOrSomethingTwice() {
        assertThat(failure().getDescription()).contains("none is declared");
        Path file = write("name: Bot\nslug: bot\nbackend: simulator\nmodel: simulated\n");
        assertThat(failure("inferencekey.ensure.files=" + file.toUri() + "," + file.toUri())
                        .getDescription())
                .contains("declared twice");
        write("name: Bot\nslug: bot\nmodell: x\n");
        assertThat(failure("inferencekey.ensure.files=" + file.toUri()).getDescription())
                .contains("workloads.yaml", ":3: unknown field \"modell\"");
        assertThat(failure("inferencekey.ensure.files=classpath:none.yaml").getDescription())
                .contains("there is no file classpath:none.yaml");
    }

    @Test
    void saysThatATokenIsMissing() {
        Throwable failure = catchThrowable(() ->
                builder().run("--inferencekey.ensure.enabled=true", "--inferencekey.base-url=" + platform.baseUrl()));
        assertThat(Contexts.analysis(failure).getAction()).contains("inferencekey.sdk-token", "workload:write");
    }

    private Path write(String yaml) {
        try {
            return Files.writeString(folder.resolve("workloads.yaml"), yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private FailureAnalysis failure(String... properties) {
        String[] enabled = Arrays.copyOf(properties, properties.length + 1);
        enabled[properties.length] = "inferencekey.ensure.enabled=true";
        Throwable failure = catchThrowable(() -> run(context -> {}, enabled));
        assertThat(failure).isNotNull();
        return Contexts.analysis(failure);
    }

    private void run(Consumer<ConfigurableApplicationContext> then, String... properties) {
        List<String> arguments = new ArrayList<>(List.of(
                "--inferencekey.base-url=" + platform.baseUrl(),
                "--inferencekey.project=" + platform.project(),
                "--inferencekey.sdk-token=" + platform.sdkToken()));
        for (String property : properties) {
            arguments.add("--" + property);
        }
        try (ConfigurableApplicationContext context = builder().run(arguments.toArray(String[]::new))) {
            then.accept(context);
        }
    }

    private static SpringApplicationBuilder builder() {
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .initializers(context -> Contexts.environment(context, Map.of()))
                .properties("logging.level.root=off", "spring.main.banner-mode=off");
    }

    /** What was there when the application's own runner began. */
    record Seen(List<String> slugs) {}

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        InferenceKeyAutoConfiguration.class,
        InferenceKeyEnsureAutoConfiguration.class,
    })
    static class Application {
        @Bean
        Seen seen() {
            return new Seen(new ArrayList<>());
        }

        @Bean
        ApplicationRunner look(Seen seen, ObjectProvider<ManagementClient> management) {
            return arguments -> management
                    .getObject()
                    .list()
                    .forEach(workload -> seen.slugs().add(workload.slug()));
        }
    }
}
