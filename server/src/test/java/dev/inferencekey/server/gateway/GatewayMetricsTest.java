package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.contract.credential.SdkToken;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.metrics.Metric;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the gateway counts is what happened, and no name in it is of a caller's making. */
@Tag("slow")
final class GatewayMetricsTest {
    private static final String USAGE =
            "{\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3,\"prompt_tokens_details\":{\"cached_tokens\":2}}}";

    static Metric metric(GatewayFixture gateway, String name) {
        return gateway.server.metrics().metrics().stream()
                .filter(metric -> metric.name().equals("inferencekey_" + name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no metric " + name));
    }

    /** The sum over all points whose labels start with these values. */
    static double value(GatewayFixture gateway, String name, String... labels) {
        return metric(gateway, name).points().stream()
                .filter(point -> point.labelValues().subList(0, labels.length).equals(List.of(labels)))
                .mapToDouble(point -> switch (point) {
                    case Metric.Value one -> one.value();
                    case Metric.Distribution many ->
                        many.counts().stream().mapToLong(Long::longValue).sum();
                })
                .sum();
    }

    @Test
    void countsEveryRequestOfManyThreadsOnce() throws Exception {
        int threads = 8;
        int rounds = 100;
        try (FakeModelServer model = FakeModelServer.answering("application/json", USAGE);
                GatewayFixture gateway = new GatewayFixture();
                ExecutorService callers = Executors.newFixedThreadPool(threads)) {
            gateway.serve("bot", model);
            Callable<Boolean> caller = () -> {
                try (RawClient client = gateway.client()) {
                    for (int i = 0; i < rounds; i++) {
                        client.post(CHAT, gateway.key.reveal(), BODY).answer();
                        client.post("/endpoint/acme/bot/v1/nothing", gateway.key.reveal(), BODY)
                                .answer();
                        client.post(CHAT, "ik_live_wrong", BODY).answer();
                    }
                }
                return true;
            };
            List<Future<Boolean>> done = callers.invokeAll(java.util.Collections.nCopies(threads, caller));
            for (Future<Boolean> each : done) {
                assertThat(each.get()).isTrue();
            }
            int each = threads * rounds;
            assertThat(value(gateway, "gateway_requests_total", "v1/chat/completions", "2xx", "false"))
                    .isEqualTo(each);
            assertThat(value(gateway, "gateway_requests_total", "unknown", "4xx", "false"))
                    .isEqualTo(2 * each);
            assertThat(value(gateway, "gateway_errors_total", "route_not_served"))
                    .isEqualTo(each);
            assertThat(value(gateway, "gateway_errors_total", "invalid_api_key"))
                    .isEqualTo(each);
            assertThat(value(gateway, "gateway_request_duration_seconds")).isEqualTo(3 * each);
            assertThat(value(gateway, "gateway_time_to_first_byte_seconds")).isEqualTo(each);
            assertThat(value(gateway, "gateway_input_tokens_total")).isEqualTo(7 * each);
            assertThat(value(gateway, "gateway_output_tokens_total")).isEqualTo(3 * each);
            assertThat(value(gateway, "gateway_cached_input_tokens_total")).isEqualTo(2 * each);
            assertThat(value(gateway, "gateway_response_body_bytes_total")).isEqualTo(USAGE.length() * each);
            assertThat(value(gateway, "workload_requests_total", "acme", "bot", "2xx"))
                    .isEqualTo(each);
            assertThat(value(gateway, "workload_requests_total", "acme", "bot", "4xx"))
                    .isEqualTo(each);
            assertThat(value(gateway, "workload_failed_requests_total", "acme", "bot"))
                    .isEqualTo(each);
            assertThat(value(gateway, "workload_output_tokens_total", "acme", "bot"))
                    .isEqualTo(3 * each);
            assertThat(value(gateway, "gateway_requests_in_flight")).isZero();
        }
    }

    @Test
    void tellsWhatIsUnderWayNow() throws Exception {
        try (FakeModelServer model = new FakeModelServer((_, exchange) -> exchange.waitForClose());
                GatewayFixture gateway = new GatewayFixture()) {
            gateway.serve("bot", model);
            gateway.table.setBackends("wl_embedder", new Backends.Starting());
            try (RawClient calling = gateway.client();
                    RawClient held = gateway.client()) {
                calling.post(CHAT, gateway.key.reveal(), BODY);
                held.post("/endpoint/acme/embedder/v1/embeddings", gateway.key.reveal(), BODY);
                model.next();
                GatewayFixture.poll(gateway.demands);
                assertThat(value(gateway, "gateway_open_connections")).isEqualTo(2);
                assertThat(value(gateway, "gateway_requests_in_flight")).isEqualTo(2);
                assertThat(value(gateway, "gateway_held_requests")).isEqualTo(1);
                assertThat(value(gateway, "gateway_upstream_connect_seconds")).isEqualTo(1);
                await().until(() -> value(gateway, "gateway_upstream_connections") == 1);
            }
            gateway.record();
            gateway.record();
            assertThat(value(gateway, "gateway_cancelled_requests_total")).isEqualTo(2);
            assertThat(value(gateway, "gateway_requests_total", "v1/chat/completions", "4xx"))
                    .isEqualTo(1);
            await().until(() -> value(gateway, "gateway_open_connections") == 0);
            assertThat(value(gateway, "gateway_requests_in_flight")).isZero();
            assertThat(value(gateway, "gateway_held_requests")).isZero();
        }
    }

    @Test
    void anAnswerThatBreaksOffIsAnErrorAlthoughItsStatusWasGood() throws IOException {
        FakeModelServer.Script dies = (_, exchange) -> {
            exchange.startStream();
            exchange.chunk("data: {\"choices\":[]}\n\n");
            exchange.close();
        };
        try (FakeModelServer model = new FakeModelServer(dies);
                GatewayFixture gateway = new GatewayFixture()) {
            gateway.serve("bot", model);
            gateway.chat("{\"stream\":true}");
            assertThat(value(gateway, "gateway_requests_total", "v1/chat/completions", "2xx", "true"))
                    .isEqualTo(1);
            assertThat(value(gateway, "gateway_errors_total", "upstream_error")).isEqualTo(1);
            assertThat(value(gateway, "workload_failed_requests_total", "acme", "bot"))
                    .isEqualTo(1);
            assertThat(value(gateway, "gateway_time_to_first_byte_seconds", "v1/chat/completions", "true"))
                    .isEqualTo(1);
        }
    }

    @Test
    void aControlTokenAtTheDataPlaneAndAModelServerThatIsAwayAreCounted() throws IOException {
        try (FakeModelServer model = FakeModelServer.answering("application/json", "{}");
                GatewayFixture gateway = new GatewayFixture()) {
            gateway.serve("bot", model);
            model.stop();
            gateway.post(CHAT, SdkToken.mint(gateway.random).reveal(), BODY);
            gateway.chat(BODY);
            assertThat(value(gateway, "gateway_wrong_plane_credentials_total")).isEqualTo(1);
            assertThat(value(gateway, "gateway_upstream_connect_failures_total"))
                    .isEqualTo(1);
            assertThat(value(gateway, "gateway_errors_total", "upstream_error")).isEqualTo(1);
            assertThat(value(gateway, "gateway_access_epoch")).isEqualTo(1);
            assertThat(value(gateway, "gateway_access_table_loaded")).isEqualTo(1);
        }
    }

    @Test
    void workloadsBeyondTheBoundShareOneSeries() throws IOException {
        int workloads = 500;
        try (GatewayFixture gateway = new GatewayFixture();
                RawClient client = gateway.client()) {
            for (int i = 0; i < workloads; i++) {
                gateway.changes.putEndpoint(GatewayFixture.endpoint("w" + i, TaskType.TEXT2TEXT));
                askModels(gateway, client, "w" + i);
            }
            assertThat(metric(gateway, "workload_requests_total").points()).hasSize(200 + 1);
            assertThat(metric(gateway, "workload_input_tokens_total").points()).hasSize(200 + 1);
            assertThat(value(gateway, "workload_requests_total", "acme")).isEqualTo(200);
            assertThat(value(gateway, "workload_requests_total", "", "other")).isEqualTo(300);
        }
    }

    @Test
    void aWorkloadThatHasGoneGivesItsPlaceToTheNextAndNoTotalSinks() throws IOException {
        try (GatewayFixture gateway = new GatewayFixture(GatewayConfig.builder().maxMeteredWorkloads(1), null);
                RawClient client = gateway.client()) {
            askModels(gateway, client, "bot");
            askModels(gateway, client, "bot");
            gateway.changes.removeEndpoint("wl_bot");
            assertThat(value(gateway, "workload_requests_total", "acme", "bot")).isEqualTo(2);
            askModels(gateway, client, "embedder");
            assertThat(value(gateway, "workload_requests_total", "acme", "embedder"))
                    .isEqualTo(1);
            assertThat(value(gateway, "workload_requests_total", "", "other")).isEqualTo(2);
            assertThat(metric(gateway, "workload_requests_total").points()).hasSize(2);
        }
    }

    @Test
    void aWorkloadThatWasMadeAnewGoesOnUnderItsName() throws IOException {
        try (GatewayFixture gateway = new GatewayFixture();
                RawClient client = gateway.client()) {
            askModels(gateway, client, "bot");
            gateway.changes.removeEndpoint("wl_bot");
            gateway.changes.putEndpoint(GatewayFixture.endpoint("bot", TaskType.TEXT2TEXT));
            askModels(gateway, client, "bot");
            assertThat(metric(gateway, "workload_requests_total").points()).hasSize(1);
            assertThat(value(gateway, "workload_requests_total", "acme", "bot")).isEqualTo(2);
        }
    }

    private static void askModels(GatewayFixture gateway, RawClient client, String workload) throws IOException {
        client.get("/endpoint/acme/" + workload + "/v1/models", gateway.key.reveal());
        assertThat(client.answer().status()).isEqualTo(200);
    }
}
