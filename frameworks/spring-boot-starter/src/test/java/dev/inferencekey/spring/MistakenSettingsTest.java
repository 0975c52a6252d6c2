package dev.inferencekey.spring;

import static dev.inferencekey.spring.Contexts.KEY;
import static dev.inferencekey.spring.Contexts.SECRET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Advice to whoever forgot a variable, or wrote an address or a name that can't be right. */
class MistakenSettingsTest {
    private final ApplicationContextRunner runner =
            Contexts.runner().withPropertyValues("inferencekey.project=acme", "inferencekey.api-key=" + KEY);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "inferencekey.base-url",
                "inferencekey.project",
                "inferencekey.api-key",
                "inferencekey.sdk-token",
                "inferencekey.endpoints.support-bot.api-key",
                "inferencekey.endpoints.support-bot.project",
                "inferencekey.endpoints.support-bot.workload"
            })
    void saysWhichVariableAPropertyMisses(String property) {
        FailureAnalysis failure = Contexts.failure(runner.withPropertyValues(property + "=${my.missing-value}"));
        assertThat(failure.getDescription()).contains(property, "${my.missing-value}", "nothing sets my.missing-value");
        assertThat(failure.getAction())
                .contains("export MY_MISSING_VALUE=", "${my.missing-value:}")
                .doesNotContain("removed");
    }

    @ParameterizedTest
    @CsvSource({
        "https://${HOST_OF_IK}/ik, HOST_OF_IK",
        "${FIRST_HOST:http://${SECOND_HOST}}, SECOND_HOST",
    })
    void findsThePlaceholderInsideAValue(String value, String missing) {
        assertThat(Contexts.failure(runner.withPropertyValues("inferencekey.base-url=" + value))
                        .getDescription())
                .contains("${" + missing + "}");
    }

    @Test
    void saysThatTheFourVariablesNeedNoProperty() {
        FailureAnalysis failure =
                Contexts.failure(runner.withPropertyValues("inferencekey.api-key=${INFERENCEKEY_API_KEY}"));
        assertThat(failure.getDescription()).contains("nothing sets INFERENCEKEY_API_KEY");
        assertThat(failure.getAction()).contains("may also be removed");
    }

    @Test
    void takesAnEmptyDefaultForAbsentAndAVariableForItsValue() {
        runner.withPropertyValues("inferencekey.sdk-token=${UNSET_TOKEN:}")
                .run(context -> assertThat(context).hasNotFailed());
        runner.withInitializer(context -> Contexts.environment(context, Map.of("SHOP_KEY", Contexts.OTHER_KEY)))
                .withPropertyValues("inferencekey.endpoints.shop.api-key=${SHOP_KEY}")
                .run(context -> assertThat(context.getBean("shop").toString()).contains("ik_live_b1b2c3d4"));
    }

    @Test
    void ignoresAPropertyThatConnectionDetailsReplace() {
        runner.withPropertyValues("inferencekey.api-key=${UNSET_KEY}", "inferencekey.base-url=${UNSET_URL}")
                .withBean(
                        InferenceKeyConnectionDetails.class,
                        () -> InferenceKeyConnectionDetails.ofApiKey("http://localhost:1", "acme", KEY))
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void saysWhatAnAddressLooksLike() {
        assertThat(Contexts.failure(runner.withPropertyValues("inferencekey.base-url=inference.example.com")))
                .satisfies(failure -> {
                    assertThat(failure.getDescription()).contains("inferencekey.base-url", "inference.example.com");
                    assertThat(failure.getAction()).contains("https://inference.example.com");
                });
        assertThat(Contexts.failure(
                        runner.withPropertyValues("inferencekey.base-url=ftp://inference.example.com?x=" + KEY)))
                .isNotNull();
        assertThat(Contexts.failure(runner.withPropertyValues("inferencekey.base-url=https://me:" + SECRET + "@host")))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:8080/endpoint/acme/bot/v1", "https://ik.example.com/v1/"})
    void saysThatTheAddressOfAWorkloadIsNotTheServers(String address) {
        FailureAnalysis failure = Contexts.failure(runner.withPropertyValues("inferencekey.base-url=" + address));
        assertThat(failure.getDescription()).contains("inferencekey.base-url", address);
        assertThat(failure.getAction()).contains("inferencekey.endpoints.<name>.workload");
    }

    @Test
    void takesAnAddressWithAPrefix() {
        runner.withPropertyValues("inferencekey.base-url=https://example.com/endpoint/")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void listsTheEndpointsThereAreWhereCodeAsksForAnother() {
        FailureAnalysis failure = Contexts.failure(runner.withPropertyValues("inferencekey.endpoints.search.workload=s")
                .withBean(Searcher.class));
        assertThat(failure.getDescription()).contains("\"serach\"", "Configured are: search.");
        assertThat(failure.getAction()).contains("inferencekey.endpoints.serach.workload");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Endpoints(Map.of()).get("bot"))
                .isInstanceOfSatisfying(UnknownEndpointException.class, unknown -> {
                    assertThat(unknown.name()).isEqualTo("bot");
                    assertThat(unknown.known()).isEmpty();
                });
    }

    @Test
    void namesThePropertyThatAsksForAnEndpoint() {
        String property = "inferencekey.ai.chat.endpoint";
        assertThat(Contexts.analysis(new UnknownEndpointException(property, "bto", List.of("bot"))))
                .satisfies(failure -> assertThat(failure.getDescription()).contains(property, "\"bto\"", "bot"));
        assertThat(Contexts.analysis(new UnknownEndpointException(property, "${CHAT}", List.of("bot"))))
                .satisfies(failure -> assertThat(failure.getDescription()).contains(property, "nothing sets CHAT"));
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void isTheWholeOfWhatSpringBootPrints(CapturedOutput output) {
        SpringApplication application = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties("inferencekey.base-url=${IK_HOST_THAT_NOBODY_SETS}")
                .build();
        Throwable failure = null;
        try {
            application.run().close();
        } catch (RuntimeException e) {
            failure = e;
        }
        assertThat(failure).isNotNull();
        assertThat(output)
                .contains("APPLICATION FAILED TO START", "Description:", "Action:", "IK_HOST_THAT_NOBODY_SETS")
                .doesNotContain("\tat ");
    }

    record Searcher(Endpoints endpoints) {
        Searcher {
            endpoints.get("serach");
        }
    }

    @ImportAutoConfiguration(InferenceKeyAutoConfiguration.class)
    static class Application {}
}
