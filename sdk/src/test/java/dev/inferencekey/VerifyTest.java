package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class VerifyTest {
    private static final String MODELS =
            "{\"object\":\"list\",\"data\":[{\"id\":\"support-bot\",\"object\":\"model\"}]}";

    private final FakeServer server = new FakeServer();
    private final DataClient client = Clients.data(server).build();
    private final Endpoint endpoint = client.endpoint("support-bot");

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void asksForTheModelsAndForNoAnswerOfOne() {
        server.nextJson(200, MODELS).nextJson(200, MODELS);
        endpoint.verify(Clients.LIMIT);
        endpoint.verifyAsync(Clients.LIMIT).join();
        assertThat(server.requests())
                .extracting(FakeServer.Request::method, FakeServer.Request::path)
                .containsOnly(tuple("GET", "/endpoint/acme/support-bot/v1/models"));
    }

    @Test
    void throwsWhatACallWouldThrow() {
        server.nextJson(401, "{\"error\":{\"code\":\"invalid_api_key\",\"message\":\"no such key\"}}");
        assertThatExceptionOfType(AuthenticationException.class).isThrownBy(() -> endpoint.verify(Clients.LIMIT));
    }

    @Test
    void isNotContentWithAnyPage() {
        server.nextJson(200, "{}");
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> endpoint.verify(Clients.LIMIT))
                .withMessageContaining("data is missing");
    }

    @Test
    void triesOnceWithinItsLimit() {
        server.nextJson(503, "{}").nextJson(200, MODELS);
        assertThatExceptionOfType(ApiException.class).isThrownBy(() -> endpoint.verify(Clients.LIMIT));
        assertThat(server.requests()).hasSize(1);
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> endpoint.verify(Duration.ZERO))
                .withMessageContaining("limit must be longer than zero");
    }
}
