package dev.inferencekey.quarkus.internal;

import static dev.inferencekey.quarkus.internal.Settings.KEY;
import static dev.inferencekey.quarkus.internal.Settings.TOKEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.DataClient;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.OnDrift;
import dev.inferencekey.quarkus.Endpoints;
import dev.inferencekey.quarkus.InferenceKeyConfig;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClientsTest {
    @Test
    void endpointsTakeTheProjectAndKeyOfTheApplicationUnlessTheyHaveTheirOwn() {
        InferenceKeyConfig config = Settings.of(
                        "inferencekey.base-url=http://localhost:1",
                        "inferencekey.project=acme",
                        "inferencekey.api-key=" + KEY,
                        "inferencekey.endpoints.support-bot.workload=support-bot",
                        "inferencekey.endpoints.search.workload=product-search",
                        "inferencekey.endpoints.search.project=shop",
                        "inferencekey.endpoints.search.api-key=" + KEY.replace("a1b2c3d4", "bbbbbbbb"))
                .config();
        try (DataClient data = Clients.data(config, List.of())) {
            Endpoints endpoints = Clients.endpoints(config, data);
            assertThat(endpoints.get("support-bot").ref()).hasToString("acme/support-bot");
            assertThat(endpoints.get("search").ref()).hasToString("shop/product-search");
            assertThat(endpoints.get("search").toString()).contains("bbbbbbbb").doesNotContain("a1b2c3d4");
            assertThatThrownBy(() -> endpoints.get("gone")).hasMessageContaining("[search, support-bot]");
        }
    }

    @Test
    void anEndpointIsFoundByItsNameAlsoInCamelCase() {
        Set<String> configured = Set.of("support-bot", "search");
        assertThat(EndpointNames.find("support-bot", configured)).contains("support-bot");
        assertThat(EndpointNames.find("supportBot", configured)).contains("support-bot");
        assertThat(EndpointNames.find("supportbot", configured)).isEmpty();
    }

    @Test
    void customizersComeAfterSettings() {
        InferenceKeyConfig config = Settings.of(
                        "inferencekey.base-url=http://localhost:1", "inferencekey.sdk-token=" + TOKEN)
                .config();
        try (ManagementClient management =
                Clients.management(config, List.of(builder -> builder.baseUrl("http://localhost:2")))) {
            assertThat(management.toString()).contains("http://localhost:2");
        }
    }

    @Test
    void settingsHaveTheDefaultsOfTheClients() {
        InferenceKeyConfig config = Settings.of().config();
        assertThat(config.baseUrl()).isEmpty();
        assertThat(config.allowBothCredentials()).isFalse();
        assertThat(config.connectTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.retryFor()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.maxResponseSize().asLongValue()).isEqualTo(64L << 20);
        assertThat(config.management().timeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(config.data().timeout()).isEqualTo(Duration.ofMinutes(10));
        assertThat(config.data().streamIdleTimeout()).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.data().retryInference()).isFalse();
        assertThat(config.data().maxWait()).isEmpty();
        assertThat(config.health().timeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.ensure().enabled()).isFalse();
        assertThat(config.ensure().files()).isEmpty();
        assertThat(config.ensure().onDrift()).isEqualTo(OnDrift.RECONCILE);
        assertThat(config.ensure().waitForReady()).isTrue();
        assertThat(config.ensure().timeout()).isEqualTo(Duration.ofMinutes(30));
        assertThat(config.endpoints()).isEmpty();
    }
}
