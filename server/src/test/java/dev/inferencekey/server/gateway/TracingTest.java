package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.telemetry.OpenTelemetryTracing;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests as spans, sent to a collector over HTTP, in the caller's trace and followed by the model server's. */
@Tag("slow")
final class TracingTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CALLER = "00f067aa0ba902b7";
    private static final String PARENT = "traceparent: 00-" + TRACE + "-" + CALLER + "-01";
    private static final String USAGE = "{\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}";
    private static final long SERVER_KIND = 2;
    private static final long ERROR = 2;

    private static OpenTelemetryTracing tracing(FakeCollector collector, double ratio) {
        return OpenTelemetryTracing.start("127.0.0.1", collector.url(), ratio);
    }

    private static GatewayFixture traced(OpenTelemetryTracing tracing) {
        return GatewayFixture.observed(GatewayConfig.builder(), new GatewayObservation(null, tracing));
    }

    @Test
    void aRequestIsASpanInItsCallersTraceAndTheModelServerContinuesIt() throws IOException {
        try (FakeCollector collector = new FakeCollector();
                FakeModelServer model = FakeModelServer.answering("application/json", USAGE)) {
            FakeModelServer.Request forwarded;
            try (OpenTelemetryTracing tracing = tracing(collector, 1);
                    GatewayFixture gateway = traced(tracing).serve("bot", model)) {
                gateway.post(CHAT, gateway.key.reveal(), BODY, PARENT, "tracestate: a=1,b=2");
                gateway.record();
                forwarded = model.next();
            }
            FakeCollector.Received span = GatewayFixture.poll(collector.spans);
            assertThat(span.traceId()).isEqualTo(TRACE);
            assertThat(span.parentId()).isEqualTo(CALLER);
            assertThat(span.traceState()).isEqualTo("a=1,b=2");
            assertThat(span.kind()).isEqualTo(SERVER_KIND);
            assertThat(span.name()).isEqualTo("POST /endpoint/{project}/{workload}/v1/chat/completions");
            assertThat(span.attributes())
                    .containsEntry("http.request.method", "POST")
                    .containsEntry("http.route", "/endpoint/{project}/{workload}/v1/chat/completions")
                    .containsEntry("http.response.status_code", 200L)
                    .containsEntry("server.address", "127.0.0.1")
                    .containsEntry("gen_ai.operation.name", "chat")
                    .containsEntry("gen_ai.provider.name", "inferencekey")
                    .containsEntry("gen_ai.request.model", "bot")
                    .containsEntry("gen_ai.response.model", GatewayFixture.MODEL)
                    .containsEntry("gen_ai.usage.input_tokens", 7L)
                    .containsEntry("gen_ai.usage.output_tokens", 3L)
                    .containsEntry("inferencekey.workload", "bot")
                    .containsEntry("inferencekey.replica", "rep_0")
                    .doesNotContainKey("error.type");
            assertThat(span.events()).containsExactly("gen_ai.first_token");
            assertThat(span.status()).isZero();
            assertThat(forwarded.headers())
                    .containsEntry("traceparent", "00-" + TRACE + "-" + span.spanId() + "-01")
                    .containsEntry("tracestate", "a=1,b=2");
            assertThat(span.toString()).doesNotContain(GatewayFixture.SECRET);
        }
    }

    @Test
    void aStreamTellsWhenItsFirstTokenCameAndAStreamThatDiesIsAnError() throws IOException {
        FakeModelServer.Script dies = (_, exchange) -> {
            exchange.startStream();
            exchange.chunk("data: {\"choices\":[]}\n\n");
            exchange.close();
        };
        try (FakeCollector collector = new FakeCollector();
                FakeModelServer model = new FakeModelServer(dies)) {
            try (OpenTelemetryTracing tracing = tracing(collector, 1);
                    GatewayFixture gateway = traced(tracing).serve("bot", model)) {
                gateway.chat("{\"stream\":true}");
                gateway.post("/endpoint/acme/bot/v1/nothing", gateway.key.reveal(), BODY);
            }
            FakeCollector.Received died = GatewayFixture.poll(collector.spans);
            assertThat(died.attributes())
                    .containsEntry("gen_ai.request.stream", true)
                    .containsEntry("error.type", "upstream_error")
                    .containsKey("gen_ai.response.time_to_first_chunk");
            assertThat(died.status()).isEqualTo(ERROR);
            FakeCollector.Received refused = GatewayFixture.poll(collector.spans);
            assertThat(refused.name()).isEqualTo("POST");
            assertThat(refused.attributes())
                    .containsEntry("error.type", "route_not_served")
                    .containsEntry("http.response.status_code", 404L)
                    .doesNotContainKeys("url.path", "gen_ai.operation.name");
            assertThat(refused.status()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00-" + TRACE + "-" + CALLER,
                "00-" + TRACE + "-" + CALLER + "-1",
                "00-" + TRACE + "-" + CALLER + "-01-more",
                "ff-" + TRACE + "-" + CALLER + "-01",
                "00-00000000000000000000000000000000-" + CALLER + "-01",
                "00-" + TRACE + "-0000000000000000-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + CALLER + "-01",
                "00_" + TRACE + "_" + CALLER + "_01",
                "zz-" + TRACE + "-" + CALLER + "-01",
                "x"
            })
    void aParentThatIsNotAsItShouldBeIsIgnored(String header) throws IOException {
        try (FakeCollector collector = new FakeCollector();
                FakeModelServer model = FakeModelServer.answering("application/json", USAGE)) {
            FakeModelServer.Request forwarded;
            try (OpenTelemetryTracing tracing = tracing(collector, 1);
                    GatewayFixture gateway = traced(tracing).serve("bot", model)) {
                gateway.post(CHAT, gateway.key.reveal(), BODY, "traceparent: " + header, "tracestate: a=1");
                forwarded = model.next();
            }
            FakeCollector.Received span = GatewayFixture.poll(collector.spans);
            assertThat(span.parentId()).isEmpty();
            assertThat(span.traceId()).isNotEqualTo(TRACE);
            assertThat(forwarded.headers())
                    .hasEntrySatisfying(
                            "traceparent",
                            sent -> assertThat(sent).matches("00-" + span.traceId() + "-" + span.spanId() + "-0[13]"))
                    .doesNotContainKey("tracestate");
        }
    }

    @Test
    void theCallersDecisionGoesBeforeTheRatio() throws IOException {
        try (FakeCollector collector = new FakeCollector();
                FakeModelServer model = FakeModelServer.answering("application/json", USAGE)) {
            FakeModelServer.Request unsampled;
            try (OpenTelemetryTracing tracing = tracing(collector, 0);
                    GatewayFixture gateway = traced(tracing).serve("bot", model)) {
                gateway.chat(BODY);
                unsampled = model.next();
                gateway.post(CHAT, gateway.key.reveal(), BODY, PARENT);
            }
            assertThat(unsampled.headers().get("traceparent")).matches(".*-0[02]");
            assertThat(collector.spans).hasSize(1);
            assertThat(collector.spans.remove().traceId()).isEqualTo(TRACE);
        }
    }

    @Test
    void whileTracingIsOffTheCallersOwnContextPassesUntouched() throws IOException {
        try (FakeModelServer model = FakeModelServer.answering("application/json", USAGE);
                GatewayFixture gateway = new GatewayFixture().serve("bot", model)) {
            gateway.post(CHAT, gateway.key.reveal(), BODY, PARENT, "tracestate: a=1");
            assertThat(model.next().headers())
                    .containsEntry("traceparent", "00-" + TRACE + "-" + CALLER + "-01")
                    .containsEntry("tracestate", "a=1");
        }
    }

    @Test
    void aCollectorThatIsAwayHarmsNoRequestAndOneThatIsBusyIsAskedAgain() throws IOException {
        try (FakeCollector collector = new FakeCollector();
                FakeModelServer model = FakeModelServer.answering("application/json", USAGE)) {
            try (OpenTelemetryTracing away = OpenTelemetryTracing.start("x", URI.create("http://127.0.0.1:1"), 1.0);
                    GatewayFixture gateway = traced(away).serve("bot", model)) {
                for (int i = 0; i < 20; i++) {
                    assertThat(gateway.chat(BODY).status()).isEqualTo(200);
                }
            }
            collector.refusals.set(1);
            try (OpenTelemetryTracing busy = tracing(collector, 1);
                    GatewayFixture gateway = traced(busy).serve("bot", model)) {
                gateway.chat(BODY);
            }
            assertThat(List.copyOf(collector.spans)).hasSize(1);
            assertThat(collector.calls).hasValue(2);
        }
    }
}
