package dev.inferencekey.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.inferencekey.DataClient;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.TransportException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Settings that can only be seen at a server, here one that takes connections and never answers. */
@Tag("slow")
class ClientSettingsTest {
    private ServerSocket silent;
    private ApplicationContextRunner runner;

    @BeforeEach
    void listen() throws IOException {
        silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        runner = Contexts.runner()
                .withPropertyValues(
                        "inferencekey.base-url=http://127.0.0.1:" + silent.getLocalPort(),
                        "inferencekey.project=acme",
                        "inferencekey.management.timeout=60ms",
                        "inferencekey.data.timeout=50ms",
                        "inferencekey.health.timeout=40ms");
    }

    @AfterEach
    void close() throws IOException {
        silent.close();
    }

    @Test
    void giveEachClientATimeOfItsOwn() {
        runner.withPropertyValues("inferencekey.sdk-token=" + Contexts.TOKEN)
                .run(context -> assertThatExceptionOfType(TransportException.class)
                        .isThrownBy(
                                () -> context.getBean(ManagementClient.class).list())
                        .withMessageContaining("60 ms"));
        runner.withPropertyValues("inferencekey.api-key=" + Contexts.KEY)
                .run(context -> assertThatExceptionOfType(TransportException.class)
                        .isThrownBy(() -> context.getBean(DataClient.class)
                                .endpoint("bot")
                                .embed("text"))
                        .withMessageContaining("50 ms"));
    }

    @Test
    void boundTheHealthCheck() {
        runner.withPropertyValues("inferencekey.endpoints.bot.api-key=" + Contexts.KEY)
                .run(context -> assertThat(new EndpointHealthIndicator(
                                        context.getBean(Endpoints.class).get("bot"),
                                        context.getBean(InferenceKeyProperties.class)
                                                .health()
                                                .timeout())
                                .health()
                                .getDetails()
                                .get("error"))
                        .asString()
                        .contains("40 ms"));
    }
}
