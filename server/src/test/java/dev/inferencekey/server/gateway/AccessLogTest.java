package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.workload.TaskType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One line of JSON for each data-plane request, whatever became of it. */
@Tag("slow")
final class AccessLogTest {
    private static final String USAGE =
            "{\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3,\"prompt_tokens_details\":{\"cached_tokens\":2}}}";

    private final KeptLines log = new KeptLines();

    private GatewayFixture observed() {
        return GatewayFixture.observed(GatewayConfig.builder(), new GatewayObservation(log, null));
    }

    private List<JsonNode> lines() {
        return log.lines().stream().map(JsonMapper.shared()::readTree).toList();
    }

    @Test
    void tellsWhoCalledWhatAndWhatCameOfIt() throws IOException {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        LiveKey key;
        try (FakeModelServer model = FakeModelServer.answering("application/json", USAGE);
                GatewayFixture gateway = observed().serve("bot", model)) {
            key = gateway.key;
            gateway.post(
                    CHAT,
                    key.reveal(),
                    BODY,
                    "X-Request-Id: my-id.1",
                    "traceparent: 00-" + trace + "-00f067aa0ba902b7-01");
            gateway.record();
        }
        JsonNode line = lines().getFirst();
        assertThat(line.get("time").asString()).isEqualTo("2026-06-15T09:12:44.000Z");
        assertThat(line.get("request_id").asString()).isEqualTo("my-id.1");
        assertThat(line.get("client").asString()).isEqualTo("127.0.0.1");
        assertThat(line.get("method").asString()).isEqualTo("POST");
        assertThat(line.get("route").asString()).isEqualTo("v1/chat/completions");
        assertThat(line.get("project").asString()).isEqualTo("acme");
        assertThat(line.get("workload").asString()).isEqualTo("bot");
        assertThat(line.get("key").asString()).isEqualTo(key.redacted());
        assertThat(line.get("status").asInt()).isEqualTo(200);
        assertThat(line.get("code").isNull()).isTrue();
        assertThat(line.get("model").asString()).isEqualTo(GatewayFixture.MODEL);
        assertThat(line.get("duration_ms").asDouble())
                .isPositive()
                .isGreaterThanOrEqualTo(line.get("first_byte_ms").asDouble());
        assertThat(line.get("input_tokens").asInt()).isEqualTo(7);
        assertThat(line.get("output_tokens").asInt()).isEqualTo(3);
        assertThat(line.get("cached_tokens").asInt()).isEqualTo(2);
        assertThat(line.get("request_bytes").asInt()).isEqualTo(BODY.length());
        assertThat(line.get("response_bytes").asInt()).isEqualTo(USAGE.length());
        assertThat(line.get("streamed").asBoolean()).isFalse();
        assertThat(line.get("cancelled").asBoolean()).isFalse();
        assertThat(line.get("replica").asString()).isEqualTo("rep_0");
        assertThat(line.get("trace_id").asString()).isEqualTo(trace);
    }

    @Test
    void aRefusedRequestHasALineTooAndNamesNothingThatTheCallerMadeUp() throws IOException {
        try (GatewayFixture gateway = observed()) {
            gateway.post(CHAT, "no-key", BODY);
            gateway.post("/endpoint/acme/no%20way/v1/x", gateway.key.reveal(), BODY);
            gateway.post("/endpoint/acme/Not\"Canonical/v1/x", gateway.key.reveal(), BODY);
            gateway.post("/endpoint/acme/missing/v1/chat/completions", gateway.key.reveal(), BODY);
            try (RawClient client = gateway.client()) {
                client.send("MADEUP " + CHAT + " HTTP/1.1\r\nHost: x\r\n\r\n").answer();
            }
        }
        List<JsonNode> lines = lines();
        assertThat(lines)
                .extracting(line -> line.get("code").asString())
                .containsExactlyInAnyOrder(
                        "invalid_api_key",
                        "invalid_request",
                        "workload_not_found",
                        "workload_not_found",
                        "invalid_api_key");
        assertThat(log.lines()).noneMatch(line -> line.contains("no%20way") || line.contains("Canonical"));
        assertThat(log.lines()).noneMatch(line -> line.contains("MADEUP"));
        assertThat(log.lines())
                .anyMatch(line -> line.contains("\"workload\":\"missing\""))
                .anyMatch(line -> line.contains("\"method\":\"_OTHER\""));
    }

    @Test
    void everyLineIsWholeWhenTheGatewayHasClosedEvenOfACallerThatIsCutOff() throws IOException {
        int requests = 300;
        try (FakeModelServer model = FakeModelServer.answering("application/json", USAGE);
                GatewayFixture gateway = observed().serve("bot", model);
                RawClient client = gateway.client()) {
            for (int i = 0; i < requests; i++) {
                client.post(CHAT, gateway.key.reveal(), BODY).answer();
            }
            gateway.table.setBackends("wl_embedder", new dev.inferencekey.server.ports.access.Backends.Starting());
            client.post("/endpoint/acme/embedder/v1/embeddings", gateway.key.reveal(), BODY);
            GatewayFixture.poll(gateway.demands);
        }
        assertThat(lines()).hasSize(requests + 1);
        assertThat(log.told()).isEqualTo(requests + 1);
        assertThat(log.dropped).hasValue(0);
    }

    @Test
    void namesThatNeedEscapingStayInsideTheirLine() throws IOException {
        String name = "a \"quoted\"\nmodel ü";
        try (FakeModelServer model = FakeModelServer.answering("application/json", "{}");
                GatewayFixture gateway = observed()) {
            gateway.table.setBackends(
                    "wl_bot",
                    new dev.inferencekey.server.ports.access.Backends.Ready(
                            List.of(new dev.inferencekey.server.ports.access.ReplicaTarget(
                                    "rep\"\u0007", model.url(), name, null))));
            gateway.chat(BODY);
            gateway.record();
        }
        assertThat(log.lines()).hasSize(1);
        assertThat(lines().getFirst().get("model").asString()).isEqualTo(name);
        assertThat(lines().getFirst().get("replica").asString()).isEqualTo("rep\"\u0007");
    }

    @Test
    void linesAreDroppedAndCountedWhenNobodyTakesThemAndRequestsGoOn() throws IOException {
        log.full = true;
        List<Integer> statuses = new ArrayList<>();
        try (GatewayFixture gateway = observed()) {
            gateway.changes.putEndpoint(GatewayFixture.endpoint("bot", TaskType.TEXT2TEXT));
            try (RawClient client = gateway.client()) {
                for (int i = 0; i < 20; i++) {
                    client.get("/endpoint/acme/bot/v1/models", gateway.key.reveal());
                    statuses.add(client.answer().status());
                }
            }
        }
        assertThat(statuses).hasSize(20).containsOnly(200);
        assertThat(log.dropped).hasValue(20);
        assertThat(log.lines()).isEmpty();
    }
}
