package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pushes known credentials through every error, log line and text that the client can make, and looks for their secret part. */
@Tag("slow")
class SecretLeakTest {
    private final FakeServer server = new FakeServer();
    private final FakeTiming timing = new FakeTiming();
    private final CapturedLog log = new CapturedLog();
    private final ManagementClient management =
            Clients.management(server).timing(timing).retryFor(Duration.ZERO).build();
    private final DataClient data =
            Clients.data(server).timing(timing).retryFor(Duration.ZERO).build();

    @AfterEach
    void stop() {
        management.close();
        data.close();
        server.close();
        log.close();
    }

    private static void assertClean(String text) {
        assertThat(text)
                .doesNotContainIgnoringCase(Clients.SECRET)
                .doesNotContainIgnoringCase(Clients.SECRET.substring(0, 32))
                .doesNotContainIgnoringCase(Clients.SECRET.substring(32));
    }

    /** Whatever a log would show of the exception. */
    private void assertFailsClean(ThrowingCallable call) {
        Throwable failure = catchThrowable(call);
        assertThat(failure).isInstanceOf(InferenceKeyException.class);
        StringWriter shown = new StringWriter();
        failure.printStackTrace(new PrintWriter(shown, true));
        if (failure instanceof InferenceKeyException e) {
            shown.write(e.code() + " " + e.requestId());
        }
        if (failure instanceof DriftException e) {
            shown.write(String.valueOf(e.differences()));
        }
        if (failure instanceof WorkloadFailedException e) {
            shown.write(String.valueOf(e.readiness()));
        }
        assertClean(shown.toString());
        log.lines().forEach(SecretLeakTest::assertClean);
    }

    /** Both credentials, as a careless or hostile server would echo the {@code Authorization} header. */
    private static final String ECHO = Clients.TOKEN + " and " + Clients.KEY;

    static Stream<FakeServer.Script> echoes() {
        return Stream.of(
                (request, answer) -> answer.json(400, "{\"error\":\"invalid_request\",\"message\":\"" + ECHO + "\"}"),
                (request, answer) -> answer.json(
                        401, "{\"error\":{\"message\":\"bad key " + ECHO + "\",\"code\":\"" + ECHO + "\"}}"),
                (request, answer) -> answer.json(403, "{\"error\":\"" + Clients.KEY + "\"}", "X-Request-Id: " + ECHO),
                (request, answer) -> answer.json(404, "{\"detail\":\"" + ECHO + "\"}"),
                (request, answer) -> answer.json(409, "{\"message\":\"" + ECHO.toUpperCase(Locale.ROOT) + "\"}"),
                (request, answer) -> answer.json(429, "{}", "Retry-After: " + ECHO),
                (request, answer) -> answer.json(500, "{\"error\":\"internal\",\"request_id\":\"" + ECHO + "\"}"),
                (request, answer) -> answer.whole(502, "text/html", "<html><b>" + ECHO + "</b></html>"),
                (request, answer) -> answer.whole(302, "text/html", "", "Location: http://x/?key=" + ECHO),
                (request, answer) -> answer.json(200, "{\"broken\": " + ECHO + "}"),
                (request, answer) ->
                        answer.json(200, "{\"data\":[{\"embedding\":\"" + ECHO + "\"}],\"id\":\"" + ECHO + "\"}"),
                (request, answer) -> answer.whole(200, ECHO, ECHO),
                (request, answer) -> answer.raw(ECHO + "\r\n\r\n").cut(),
                (request, answer) -> answer.raw("HTTP/1.1 " + ECHO + "\r\n\r\n").cut(),
                (request, answer) -> answer.raw("HTTP/1.1 200 OK\r\nContent-Length: " + Clients.KEY + "\r\n\r\n")
                        .cut(),
                (request, answer) -> answer.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + ECHO + "\r\n")
                        .cut(),
                (request, answer) ->
                        answer.json(200, "[]", "Link: <http://other.example/" + Clients.TOKEN + ">; rel=next"),
                (request, answer) -> answer.events()
                        .event("{\"error\":{\"message\":\"" + ECHO + "\",\"code\":\"" + ECHO + "\"}}")
                        .end(),
                (request, answer) -> answer.events().event(ECHO).end(),
                (request, answer) -> answer.events()
                        .event("{\"phase\":\"error\",\"message\":\"" + ECHO + "\"}")
                        .end(),
                (request, answer) -> answer.reset());
    }

    @ParameterizedTest
    @MethodSource("echoes")
    void showsNoSecretThatAServerEchoes(FakeServer.Script script) {
        server.always(script);
        Endpoint bot = data.endpoint("support-bot");
        StringWriter shown = new StringWriter();
        WaitOptions options = WaitOptions.defaults()
                .withTimeout(Duration.ofSeconds(3))
                .withProgress(report -> shown.write(report.toString()));

        assertFailsClean(management::list);
        assertFailsClean(() -> management.get("support-bot"));
        assertFailsClean(() -> management.waitUntilReady(
                new EndpointRef("acme", "support-bot"),
                options,
                new ProgressLine.Plain("support-bot", new PrintWriter(shown, true))));
        assertFailsClean(() -> bot.generateText(TextParams.ofPrompt("Hi")));
        assertFailsClean(() -> bot.embed("a", "b"));
        assertFailsClean(() -> bot.rerank("q", List.of("a")));
        assertFailsClean(() -> bot.job("j1"));
        assertFailsClean(() -> {
            try (TextStream stream = bot.generateTextStream(TextParams.ofPrompt("Hi"))) {
                stream.forEach(chunk -> {});
            }
        });
        assertClean(shown.toString());
    }

    @Test
    void showsNoSecretOfALiveWorkload() {
        String live = "{\"id\":\"" + Clients.TOKEN + "\",\"slug\":\"support-bot\",\"model_name\":\"" + Clients.KEY
                + "\",\"config\":{\"command\":\"serve " + ECHO + "\"},\"task_type\":\"" + Clients.KEY
                + "\",\"status\":{\"phase\":\"error\",\"message\":\"" + ECHO + "\"}}";
        server.always((request, answer) -> answer.json(200, live));
        WorkloadSpec spec =
                Clients.spec().command("serve").taskType("text2text").build();

        assertFailsClean(() -> management.ensure(spec, OnDrift.FAIL));
        assertFailsClean(() -> management.ensure(spec, OnDrift.RECONCILE));
        management.ensure(spec, OnDrift.WARN);
        management.ensure(spec, OnDrift.DRY_RUN);
        assertThat(log.lines()).hasSize(2).allSatisfy(SecretLeakTest::assertClean);
        assertClean(management.plan(spec).toString());
        assertClean(management.get("support-bot").toString());
        assertClean(String.valueOf(management.get("support-bot").status()));
    }

    @Test
    void showsNoSecretInAnyTextOfItsOwn() {
        Endpoint endpoint = data.endpoint("support-bot");
        for (Object shown : List.of(
                management,
                data,
                endpoint,
                Clients.management(server),
                Clients.data(server),
                endpoint.ref(),
                endpoint.openAiBaseUrl())) {
            assertClean(shown.toString());
        }
    }

    static Stream<String> credentials() {
        return Stream.of(
                Clients.TOKEN,
                Clients.KEY,
                Clients.TOKEN + "0",
                Clients.TOKEN.substring(0, 60),
                Clients.TOKEN.toUpperCase(Locale.ROOT),
                "x" + Clients.KEY,
                Clients.KEY + "\r\nX-Injected: 1",
                Clients.SECRET,
                "sk-" + Clients.SECRET);
    }

    @ParameterizedTest
    @MethodSource("credentials")
    void showsNoSecretThatIsInTheWrongPlace(String secret) {
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> Clients.data(server).apiKey(other(secret, Clients.KEY)).build(),
                () -> Clients.management(server)
                        .token(other(secret, Clients.TOKEN))
                        .build(),
                () -> data.endpoint("support-bot", other(secret, Clients.KEY)))) {
            assertFailsClean(call);
        }
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> Clients.data(server).baseUrl(secret).build(),
                () -> Clients.data(server).baseUrl("http://a b/" + secret).build(),
                () -> Clients.spec().config(Map.of("key", secret)).name("").build(),
                () -> Clients.spec().command(secret).model("").build(),
                () -> Clients.spec().taskType(secret).build(),
                () -> TextParams.builder().extra("x", Map.of(secret, new Object())))) {
            Throwable failure = catchThrowable(call);
            if (failure != null && !secret.equals(Clients.SECRET) && !secret.startsWith("sk-")) {
                assertFailsClean(call);
            }
        }
    }

    /** The credential, unless it is the right one for the place. */
    private static @Nullable String other(String secret, String right) {
        return secret.equals(right) ? secret + "1" : secret;
    }
}
