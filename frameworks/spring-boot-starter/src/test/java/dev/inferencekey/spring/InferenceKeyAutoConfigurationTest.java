package dev.inferencekey.spring;

import static dev.inferencekey.spring.Contexts.KEY;
import static dev.inferencekey.spring.Contexts.OTHER_KEY;
import static dev.inferencekey.spring.Contexts.TOKEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.inferencekey.DataClient;
import dev.inferencekey.Endpoint;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.TextParams;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class InferenceKeyAutoConfigurationTest {
    private final ApplicationContextRunner runner = Contexts.runner();
    private final ApplicationContextRunner twoEndpoints = runner.withPropertyValues(
            "inferencekey.base-url=http://localhost:1",
            "inferencekey.project=acme",
            "inferencekey.api-key=" + KEY,
            "inferencekey.endpoints.support-bot.workload=Support Bot",
            "inferencekey.endpoints.search.project=shop",
            "inferencekey.endpoints.search.api-key=" + OTHER_KEY);

    @Test
    void asksForNothingWhereNothingIsConfigured() {
        runner.run(context -> assertThat(context)
                .hasNotFailed()
                .hasSingleBean(DataClient.class)
                .doesNotHaveBean(ManagementClient.class)
                .doesNotHaveBean(Endpoint.class)
                .doesNotHaveBean("inferenceKeyHealthContributor"));
    }

    @Test
    void makesEachEndpointABeanOfItsName() {
        twoEndpoints.run(context -> {
            assertThat(context.getBean("support-bot", Endpoint.class))
                    .hasToString("Endpoint[acme/support-bot, key=ik_live_a1b2c3d4…]");
            assertThat(context.getBean("supportBot")).isSameAs(context.getBean("support-bot"));
            assertThat(context.getBean("search", Endpoint.class))
                    .hasToString("Endpoint[shop/search, key=ik_live_b1b2c3d4…]");
            Endpoints endpoints = context.getBean(Endpoints.class);
            assertThat(endpoints.names()).containsExactly("support-bot", "search");
            assertThat(endpoints.get("search")).isSameAs(context.getBean("search"));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> endpoints.get("serach"))
                    .withMessageContaining("support-bot, search");
        });
    }

    @Test
    void injectsEndpointsByParameterNameAndByQualifier() {
        twoEndpoints
                .withUserConfiguration(Callers.class)
                .run(context -> assertThat(context.getBean(Callers.Caller.class))
                        .isEqualTo(new Callers.Caller(
                                context.getBean("support-bot", Endpoint.class),
                                context.getBean("search", Endpoint.class))));
    }

    @Test
    void makesAManagementClientOfAnSdkToken() {
        runner.withPropertyValues("inferencekey.sdk-token=" + TOKEN, "inferencekey.project=acme")
                .run(
                        context -> assertThat(context.getBean(ManagementClient.class))
                                .hasToString(
                                        "ManagementClient[https://api.inferencekey.com, project=acme, token=ik_sdk_a1b2c3d4…]"));
    }

    @Test
    void readsTheFourVariablesAndTakesBlankForAbsent() {
        runner.withInitializer(context -> Contexts.environment(
                        context,
                        Map.of(
                                "INFERENCEKEY_BASE_URL", "http://localhost:1/ik/",
                                "INFERENCEKEY_PROJECT", "acme",
                                "INFERENCEKEY_API_KEY", KEY + "\n",
                                "INFERENCEKEY_SDK_TOKEN", " ")))
                .withPropertyValues("inferencekey.endpoints.bot.workload=support-bot")
                .run(context -> {
                    assertThat(context).doesNotHaveBean(ManagementClient.class);
                    assertThat(context.getBean(DataClient.class))
                            .hasToString("DataClient[http://localhost:1/ik, project=acme, key=ik_live_a1b2c3d4…]");
                    assertThat(context.getBean("bot", Endpoint.class).openAiBaseUrl())
                            .isEqualTo("http://localhost:1/ik/endpoint/acme/support-bot/v1");
                });
        runner.withInitializer(context -> Contexts.environment(context, Map.of("INFERENCEKEY_SDK_TOKEN", TOKEN)))
                .run(context -> assertThat(context).hasSingleBean(ManagementClient.class));
    }

    @Test
    void letsAnEndpointsOwnSettingsBeatThoseOfTheApplication() {
        twoEndpoints.run(context ->
                assertThat(context.getBean("search", Endpoint.class).ref()).hasToString("shop/search"));
    }

    @Test
    void takesTheConnectionFromDetailsBeforeProperties() {
        runner.withPropertyValues("inferencekey.base-url=http://localhost:1", "inferencekey.project=acme")
                .withBean(
                        InferenceKeyConnectionDetails.class,
                        () -> InferenceKeyConnectionDetails.ofSdkToken("http://localhost:2", "test", TOKEN))
                .run(context -> assertThat(context.getBean(ManagementClient.class))
                        .hasToString("ManagementClient[http://localhost:2, project=test, token=ik_sdk_a1b2c3d4…]"));
    }

    @Test
    void makesNoManagementClientOfDetailsWithoutAToken() {
        runner.withBean(
                        InferenceKeyConnectionDetails.class,
                        () -> InferenceKeyConnectionDetails.ofApiKey("http://localhost:2", "test", KEY))
                .run(context -> {
                    assertThat(context.getBeanProvider(ManagementClient.class).getIfAvailable())
                            .isNull();
                    assertThat(context.getBean(DataClient.class).toString()).contains("http://localhost:2");
                });
    }

    @Test
    void givesWayToWhatTheApplicationDefines() {
        DataClient own = DataClient.builder()
                .environment(Map.of())
                .project("own")
                .apiKey(OTHER_KEY)
                .build();
        Endpoint bot = own.endpoint("bot");
        twoEndpoints
                .withBean("client", DataClient.class, () -> own)
                .withBean("support-bot", Endpoint.class, () -> bot)
                .run(context -> {
                    assertThat(context).hasSingleBean(DataClient.class);
                    assertThat(context.getBean("support-bot")).isSameAs(bot);
                    assertThat(context.getBean(Endpoints.class)
                                    .get("support-bot")
                                    .ref())
                            .hasToString("own/support-bot");
                });
        Endpoints none = new Endpoints(Map.of());
        runner.withBean(Endpoints.class, () -> none)
                .run(context -> assertThat(context.getBean(Endpoints.class)).isSameAs(none));
    }

    @Test
    void closesItsClientsWithTheContext() {
        Endpoint[] endpoint = new Endpoint[1];
        ManagementClient[] management = new ManagementClient[1];
        twoEndpoints
                .withPropertyValues("inferencekey.sdk-token=" + TOKEN, "inferencekey.allow-both-credentials=true")
                .run(context -> {
                    endpoint[0] = context.getBean("search", Endpoint.class);
                    management[0] = context.getBean(ManagementClient.class);
                });
        assertThatIllegalStateException().isThrownBy(() -> endpoint[0].generateText(TextParams.ofPrompt("Hi")));
        assertThatIllegalStateException().isThrownBy(() -> management[0].list());
    }

    @Test
    void letsCustomizersHaveTheLastWord() {
        twoEndpoints
                .withBean(DataClientCustomizer.class, () -> builder -> builder.project("customized"))
                .run(context -> assertThat(
                                context.getBean("support-bot", Endpoint.class).ref())
                        .hasToString("customized/support-bot"));
        runner.withPropertyValues("inferencekey.sdk-token=" + TOKEN)
                .withBean(ManagementClientCustomizer.class, () -> builder -> builder.project("customized"))
                .run(context -> assertThat(
                                context.getBean(ManagementClient.class).toString())
                        .contains("project=customized"));
    }

    @Test
    void saysWhichSettingIsMissingForABeanThatIsAskedFor() {
        runner.withBean(Provisioner.class)
                .run(context -> assertThat(Contexts.analysis(context.getStartupFailure()))
                        .satisfies(analysis -> assertThat(analysis.getAction())
                                .contains("inferencekey.sdk-token", "INFERENCEKEY_SDK_TOKEN")));
        runner.withBean(SoleCaller.class)
                .run(context -> assertThat(Contexts.analysis(context.getStartupFailure()))
                        .satisfies(analysis ->
                                assertThat(analysis.getAction()).contains("inferencekey.endpoints.<name>.workload")));
        twoEndpoints
                .withBean(SoleCaller.class)
                .run(context -> assertThat(Contexts.analysis(context.getStartupFailure()))
                        .satisfies(analysis -> {
                            assertThat(analysis.getDescription()).contains("support-bot", "search");
                            assertThat(analysis.getAction()).contains("@Qualifier");
                        }));
    }

    @Test
    void refusesANameThatAnotherBeanHas() {
        twoEndpoints
                .withBean("search", Object.class, Object::new)
                .run(context -> assertThat(context)
                        .hasFailed()
                        .getFailure()
                        .hasMessageContaining("there is another bean \"search\""));
    }

    record Provisioner(ManagementClient management) {}

    record SoleCaller(Endpoint endpoint) {}

    @Configuration(proxyBeanMethods = false)
    static class Callers {
        record Caller(Endpoint byParameter, Endpoint byQualifier) {}

        @Bean
        Caller caller(Endpoint supportBot, @Qualifier("search") Endpoint other) {
            return new Caller(supportBot, other);
        }
    }
}
