package dev.inferencekey.server.runtime.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.server.domain.metering.CountingEngine;
import dev.inferencekey.server.domain.metering.EngineCounters;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.runtime.CounterReading;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** How a replica starts, fails and stops. */
@Tag("slow")
final class SimulatorReplicaTest extends SimulatorFixture {
    @Test
    void failsAsOftenAsItIsToldTo() throws Exception {
        ReplicaTarget target = ready(Map.of("ttft_ms", 0, "tokens_per_second", 1_000_000, "failure_rate", 0.5));
        int failed = 0;
        for (int i = 0; i < 200; i++) {
            if (post(target, "v1/chat/completions", CHAT).statusCode() == 500) {
                failed++;
            }
        }
        assertThat(failed).isBetween(70, 130);
    }

    @Test
    void countsWhatItTellsAsUsage() throws Exception {
        SimulatorReplica replica = started(driver, FAST);
        long read = 0;
        long generated = 0;
        for (String request :
                List.of(CHAT, CHAT.replace("{\"messages\"", "{\"n\":3,\"stop\":[\" answer\"],\"messages\""))) {
            JsonNode usage = JSON.readTree(post(target(replica), "v1/chat/completions", request)
                            .body())
                    .get("usage");
            read += usage.get("prompt_tokens").asLong();
            generated += usage.get("completion_tokens").asLong();
        }
        JsonNode embedded =
                JSON.readTree(post(target(replica), "v1/embeddings", "{\"input\":[\"How are you?\",\"Well\"]}")
                        .body());
        read += embedded.get("usage").get("prompt_tokens").asLong();

        assertThat(replica.counters())
                .isEqualTo(new CounterReading.Counted(new EngineCounters(CountingEngine.SIMULATOR, read, generated)));
        replica.stop();
        assertThat(replica.counters()).isInstanceOf(CounterReading.Nothing.class);
    }

    @Test
    void aCrashCutsTheStreamAndFailsTheReplica() throws Exception {
        CountDownLatch changed = new CountDownLatch(3);
        Replica replica = driver.start(
                spec(Map.of("ttft_ms", 0, "tokens_per_second", 1_000_000, "crash_rate", 1, "output_tokens", 1_000)),
                changed::countDown);
        await().until(() -> replica.status() instanceof ReplicaStatus.Ready);

        try (Socket socket = open(target(replica), "v1/chat/completions", CHAT_STREAM)) {
            String all = readUntilCut(socket);
            assertThat(all).startsWith("HTTP/1.1 200").doesNotContain("[DONE]").doesNotContain("\r\n0\r\n");
        }

        assertThat(changed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(replica.status()).isInstanceOfSatisfying(ReplicaStatus.Failed.class, failed -> {
            assertThat(failed.retryable()).isTrue();
            assertThat(failed.message()).contains("crash_rate");
        });
        assertThat(replica.logTail(1)).singleElement().asString().contains("crash_rate");
    }

    @Test
    void takesItsTimeToStart() {
        Replica replica = slowDriver.start(spec(Map.of("startup_ms", 5_000)), () -> {});
        await().until(() -> replica.status() instanceof ReplicaStatus.Starting starting
                && starting.step().equals("model_load"));
        manualPace.advanceMillis(4_999);
        assertThat(replica.status()).isInstanceOf(ReplicaStatus.Starting.class);

        manualPace.advanceMillis(1);

        await().until(() -> replica.status() instanceof ReplicaStatus.Ready);
    }

    @Test
    void aReplicaThatIsStoppedWhileItStartsNeverOpens() {
        Replica replica = slowDriver.start(spec(Map.of("startup_ms", 5_000)), () -> {});

        replica.stop();
        manualPace.advanceMillis(10_000);

        assertThat(replica.status()).isInstanceOf(ReplicaStatus.Starting.class);
    }

    @Test
    void aStoppedReplicaCutsItsStreamsAndGivesItsPortBack() throws Exception {
        Replica replica = started(driver, Map.of("tokens_per_second", 10, "output_tokens", 100_000));
        ReplicaTarget target = target(replica);
        try (Socket socket = open(target, "v1/chat/completions", CHAT_STREAM)) {
            assertThat(socket.getInputStream().read()).isEqualTo('H');

            replica.stop();
            replica.stop();

            readUntilCut(socket);
        }
        assertThatThrownBy(() -> new Socket(
                                InetAddress.getLoopbackAddress(),
                                target.baseUrl().getPort())
                        .close())
                .isInstanceOf(IOException.class);
    }

    @Test
    void itsPortIsKnownForAsLongAsItListens() {
        Replica replica = started(driver, Map.of());
        int port = target(replica).baseUrl().getPort();
        assertThat(driver.listensOn(port)).isTrue();
        assertThat(driver.listensOn(port + 1)).isFalse();

        replica.stop();

        assertThat(driver.listensOn(port)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "ttft, 5, config.ttft is not known",
        "ttft_ms, -1, config.ttft_ms must be a number from 0 to 600000",
        "ttft_ms, soon, config.ttft_ms must be a number",
        "crash_rate, 1.5, config.crash_rate must be a number from 0 to 1",
        "output_tokens, 0, config.output_tokens must be a number from 1 to 1000000"
    })
    void aWrongConfigurationFailsForGoodAndNamesTheKey(String key, String value, String message) {
        Object parsed = value.equals("soon") ? value : Double.valueOf(value);

        Replica replica = driver.start(spec(Map.of(key, parsed)), () -> {});

        assertThat(replica.status()).isInstanceOfSatisfying(ReplicaStatus.Failed.class, failed -> {
            assertThat(failed.retryable()).isFalse();
            assertThat(failed.message()).startsWith(message);
        });
    }

    @Test
    void theSecretIsInNoText() {
        Replica replica = started(driver, FAST);
        String secret = target(replica).bearerSecret();

        assertThat(secret).hasSize(64);
        assertThat(replica.logTail(100) + " " + replica.status() + " " + replica)
                .doesNotContain(secret);
    }
}
