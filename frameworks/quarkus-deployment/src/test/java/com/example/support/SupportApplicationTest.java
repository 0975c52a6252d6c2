package com.example.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.Endpoint;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.credential.SdkToken;
import dev.inferencekey.quarkus.EndpointName;
import dev.inferencekey.quarkus.Endpoints;
import dev.inferencekey.quarkus.InferenceKeyConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.eclipse.microprofile.config.Config;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A whole application on the real platform that the dev service starts. */
@Tag("slow")
class SupportApplicationTest {
    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withConfigurationResource("support.properties")
            .withApplicationRoot(archive -> archive.addClasses(SupportDesk.class, Observer.class)
                    .addAsResource(new StringAsset("""
                                    name: Night bot
                                    slug: night-bot
                                    backend: simulator
                                    model: simulated
                                    config:
                                      output_tokens: 5
                                    """), "workloads.yaml"));

    @Inject
    SupportDesk desk;

    @Inject
    @Named
    Endpoint supportBot;

    @Inject
    @EndpointName("search")
    Endpoint search;

    @Inject
    @Named("gone")
    Instance<Endpoint> gone;

    @Inject
    Endpoints endpoints;

    @Inject
    ManagementClient management;

    @Inject
    Observer observer;

    @Inject
    MeterRegistry meters;

    @Inject
    InferenceKeyConfig settings;

    @Inject
    Config config;

    @TestHTTPResource
    URI address;

    @Test
    void answersWithTheHelpOfAWorkload() {
        assertThat(desk.answer("Where is my order?")).isNotBlank();
    }

    @Test
    void injectsEndpointsByTheirNames() {
        assertThat(supportBot.ref().workloadSlug()).isEqualTo("support-bot");
        assertThat(search.embed(List.of("shoes")).embeddings()).hasSize(1);
        assertThat(endpoints.names()).containsExactly("search", "support-bot");
    }

    @Test
    void tellsOfAnEndpointThatTheSettingsDoNotHave() {
        assertThatThrownBy(() -> gone.get())
                .hasMessageContaining("There is no endpoint \"gone\". Configured are: search, support-bot.")
                .hasMessageContaining("inferencekey.endpoints.gone.workload");
    }

    @Test
    void ensuresWhatFilesAndSettingsDeclareBeforeObserversOfTheApplication() {
        assertThat(observer.seen).contains("night-bot", "ranker");
        assertThat(management.get("night-bot").config()).containsEntry("output_tokens", 5);
        assertThat(management.get("ranker").taskType()).isEqualTo("reranker");
    }

    @Test
    void readinessTellsOfEachEndpoint() throws Exception {
        HttpResponse<String> ready = get("/q/health/ready");
        assertThat(ready.statusCode()).isEqualTo(200);
        assertThat(ready.body()).contains("InferenceKey endpoints", "UP: " + supportBot.ref(), "UP: " + search.ref());
        assertThat(get("/q/health/live").body()).doesNotContain("InferenceKey");
    }

    @Test
    void countsCalls() {
        desk.answer("Where is my order?");
        assertThat(meters.get("gen_ai.client.operation.duration")
                        .tag("gen_ai.request.model", "support-bot")
                        .timer()
                        .count())
                .isPositive();
    }

    @Test
    void showsNoCredentialWhereSettingsAreShown() {
        String key = settings.apiKey().orElseThrow().get();
        String token = settings.sdkToken().orElseThrow().get();
        assertThat(List.of(settings, settings.apiKey(), endpoints, management))
                .allSatisfy(shown -> assertThat(shown.toString())
                        .doesNotContain(
                                key.substring(LiveKey.PREFIX.length()), token.substring(SdkToken.PREFIX.length())));
        assertThatThrownBy(() -> config.getValue("inferencekey.api-key", String.class))
                .isInstanceOf(SecurityException.class);
    }

    private HttpResponse<String> get(String path) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(address.resolve(path)).build(), BodyHandlers.ofString());
        }
    }
}
