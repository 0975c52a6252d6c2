package dev.inferencekey.spring;

import static dev.inferencekey.spring.Contexts.KEY;
import static dev.inferencekey.spring.Contexts.SECRET;
import static dev.inferencekey.spring.Contexts.TOKEN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.DataClient;
import dev.inferencekey.ManagementClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** One application, one credential, and advice to whoever got it wrong. */
class OneCredentialTest {
    private final ApplicationContextRunner runner = Contexts.runner().withPropertyValues("inferencekey.project=acme");

    @ParameterizedTest
    @ValueSource(strings = {"inferencekey.api-key", "inferencekey.endpoints.bot.api-key"})
    void doesNotStartWithBothCredentials(String key) {
        FailureAnalysis failure =
                Contexts.failure(runner.withPropertyValues("inferencekey.sdk-token=" + TOKEN, key + "=" + KEY));
        assertThat(failure.getDescription()).contains("both credentials", "inferencekey.sdk-token", key);
        assertThat(failure.getAction()).contains("unset", "inferencekey.allow-both-credentials=true");
    }

    @Test
    void countsVariablesAndConnectionDetails() {
        Contexts.failure(runner.withInitializer(context ->
                Contexts.environment(context, Map.of("INFERENCEKEY_SDK_TOKEN", TOKEN, "INFERENCEKEY_API_KEY", KEY))));
        Contexts.failure(runner.withPropertyValues("inferencekey.api-key=" + KEY)
                .withBean(
                        InferenceKeyConnectionDetails.class,
                        () -> InferenceKeyConnectionDetails.ofSdkToken("http://localhost:1", "acme", TOKEN)));
    }

    @Test
    void doesNotStartEvenIfNothingUsesThem() {
        DataClient data = DataClient.builder().environment(Map.of()).apiKey(KEY).build();
        ManagementClient management =
                ManagementClient.builder().environment(Map.of()).token(TOKEN).build();
        Contexts.failure(runner.withPropertyValues("inferencekey.sdk-token=" + TOKEN, "inferencekey.api-key=" + KEY)
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .withBean(DataClient.class, () -> data)
                .withBean(ManagementClient.class, () -> management));
        data.close();
        management.close();
    }

    @Test
    void startsWithBothIfTold() {
        runner.withPropertyValues(
                        "inferencekey.sdk-token=" + TOKEN,
                        "inferencekey.api-key=" + KEY,
                        "inferencekey.allow-both-credentials=true")
                .run(context -> assertThat(context)
                        .hasSingleBean(ManagementClient.class)
                        .hasSingleBean(DataClient.class));
    }

    @Test
    void saysWhereACredentialOfTheWrongKindBelongs() {
        assertThat(Contexts.failure(runner.withPropertyValues("inferencekey.endpoints.bot.api-key=" + TOKEN)))
                .satisfies(failure -> {
                    assertThat(failure.getDescription()).contains("inferencekey.endpoints.bot.api-key", "SDK token");
                    assertThat(failure.getAction()).contains("inferencekey.sdk-token");
                });
        assertThat(Contexts.failure(runner.withPropertyValues("inferencekey.sdk-token=" + KEY)))
                .satisfies(failure -> {
                    assertThat(failure.getDescription()).contains("inferencekey.sdk-token", "API key");
                    assertThat(failure.getAction()).contains("inferencekey.api-key");
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "inferencekey.api-key=ik_live_a1b2c3d4_0123",
                "inferencekey.sdk-token=${UNSET:changeme}",
                "inferencekey.endpoints.bot.api-key=\"" + KEY + "\""
            })
    void saysWhatACredentialLooksLike(String property) {
        FailureAnalysis failure = Contexts.failure(runner.withPropertyValues(property));
        assertThat(failure.getDescription())
                .contains(property.substring(0, property.indexOf('=')))
                .contains("64 hex digits");
        assertThat(failure.getAction()).contains("cut off");
    }

    @Test
    void saysWhatAnEndpointLacks() {
        assertThat(Contexts.failure(runner.withPropertyValues("inferencekey.endpoints.bot.workload=support-bot")))
                .satisfies(failure -> assertThat(failure.getAction())
                        .contains(
                                "inferencekey.endpoints.bot.api-key", "inferencekey.api-key", "INFERENCEKEY_API_KEY"));
        assertThat(Contexts.failure(Contexts.runner().withPropertyValues("inferencekey.endpoints.bot.api-key=" + KEY)))
                .satisfies(failure -> assertThat(failure.getAction())
                        .contains("inferencekey.endpoints.bot.project", "INFERENCEKEY_PROJECT"));
    }

    @Test
    void showsNoSecretWherePropertiesAreShown() {
        runner.withPropertyValues(
                        "inferencekey.base-url=https://me:" + SECRET + "@inference.example.com",
                        "inferencekey.sdk-token=" + TOKEN,
                        "inferencekey.api-key=" + KEY,
                        "inferencekey.endpoints.bot.api-key=" + KEY)
                .run(context ->
                        assertThat(Contexts.text(context.getStartupFailure())).doesNotContain(SECRET));
        InferenceKeyProperties.EndpointSettings endpoint =
                new InferenceKeyProperties.EndpointSettings("bot", null, KEY);
        assertThat(endpoint.toString()).doesNotContain(SECRET).contains("ik_live_a1b2c3d4…");
        runner.withPropertyValues("inferencekey.api-key=" + KEY, "inferencekey.endpoints.bot.api-key=" + KEY)
                .withBean(
                        InferenceKeyConnectionDetails.class,
                        () -> InferenceKeyConnectionDetails.ofApiKey("http://localhost:1", "acme", KEY))
                .run(context -> assertThat(List.of(
                                context.getBean(InferenceKeyProperties.class),
                                context.getBean(InferenceKeyConnectionDetails.class),
                                context.getBean(Connection.class),
                                context.getBean(Endpoints.class)))
                        .allSatisfy(bean -> assertThat(bean.toString())
                                .doesNotContain(SECRET)
                                .contains("acme"))
                        .anySatisfy(bean -> assertThat(bean.toString()).contains("ik_live_a1b2c3d4…")));
    }
}
