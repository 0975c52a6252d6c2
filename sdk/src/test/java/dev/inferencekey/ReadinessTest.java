package dev.inferencekey;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.inferencekey.contract.workload.ReadinessPhase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class ReadinessTest {
    private static final EndpointRef BOT = new EndpointRef("acme", "support-bot");

    private final FakeServer server = new FakeServer();
    private final FakeTiming timing = new FakeTiming();
    private final ManagementClient client =
            Clients.management(server).timing(timing).build();
    private final List<Readiness> reports = new ArrayList<>();
    private final WaitOptions quiet = WaitOptions.defaults()
            .withProgressLine(false)
            .withTimeout(Duration.ofMinutes(5))
            .withProgress(reports::add);

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private static FakeServer.Script golden(String file) {
        return (request, answer) -> {
            answer.events().send(Golden.text("readiness/" + file));
            answer.end();
        };
    }

    private List<String> phases() {
        return reports.stream().map(Readiness::phase).toList();
    }

    @Test
    void followsAWorkloadUntilItIsReady() {
        server.next(golden("ready.sse"));

        Readiness ready = client.waitUntilReady("Support Bot", quiet);

        assertThat(ready).isEqualTo(new Readiness("ready", "1 of 1 replicas serve", Duration.ofMillis(61877), null));
        assertThat(phases()).containsExactly("scheduling", "provisioning", "bootstrapping", "ready");
        assertThat(reports.get(2).step()).isEqualTo("model_load");
        assertThat(reports.get(2).knownPhase()).hasValue(ReadinessPhase.BOOTSTRAPPING);
        assertThat(server.onlyRequest().path()).isEqualTo("/api/projects/acme/workloads/support-bot/readiness-events");
    }

    @ParameterizedTest
    @ValueSource(strings = {"already-ready.sse", "crlf-and-named-events.sse", "unknown-phase.sse"})
    void readsStreamsOfEveryShape(String file) {
        server.next(golden(file));

        assertThat(client.waitUntilReady(BOT, quiet).phase()).isEqualTo("ready");
    }

    @Test
    void saysWhyAWorkloadFailed() {
        server.next(golden("error.sse"));

        assertThatExceptionOfType(WorkloadFailedException.class)
                .isThrownBy(() -> client.waitUntilReady(BOT, quiet))
                .withMessage("workload failed: acme/support-bot: the command ended with status 1: out of memory")
                .satisfies(e -> {
                    assertThat(e.readiness().step()).isEqualTo("model_load");
                    assertThat(e.code()).hasValue("workload_failed");
                });
        assertThat(phases()).endsWith("error");
    }

    @Test
    void connectsAgainWhenTheStreamDrops() {
        server.next(golden("dropped.sse"));
        server.next((request, answer) -> answer.reset());
        server.next((request, answer) -> {
            answer.events().send("data: {\"phase\":\"boot");
            answer.cut();
        });
        server.nextJson(503, "{}");
        server.next(golden("ready.sse"));

        assertThat(client.waitUntilReady(BOT, quiet).phase()).isEqualTo("ready");
        assertThat(timing.pauses()).hasSizeGreaterThanOrEqualTo(3).allMatch(pause -> pause.toSeconds() <= 5);
    }

    @Test
    void startsTheBackoffAgainAfterAReport() {
        for (int i = 0; i < 3; i++) {
            server.next(golden("dropped.sse"));
        }
        server.next((request, answer) -> answer.events().end());
        server.next((request, answer) -> answer.events().end());
        server.next(golden("ready.sse"));

        client.waitUntilReady(BOT, quiet);

        assertThat(timing.pauseSeconds()).containsExactly(1L, 1L, 1L, 2L, 4L);
    }

    @Test
    void endsWithTheTimeLimitAndSaysWhatItLastSaw() {
        server.always(golden("dropped.sse"));

        assertThatExceptionOfType(ReadinessTimeoutException.class)
                .isThrownBy(() -> client.waitUntilReady(BOT, quiet.withTimeout(Duration.ofSeconds(3))))
                .withMessage("not ready: acme/support-bot was not ready within 3 s;"
                        + " last seen: bootstrapping (model_load): loading the model")
                .satisfies(e -> assertThat(e.last().orElseThrow().phase()).isEqualTo("bootstrapping"));
    }

    @Test
    void endsWithTheTimeLimitWhileTheServerSaysNothing() throws InterruptedException {
        CountDownLatch left = new CountDownLatch(1);
        server.always((request, answer) -> {
            answer.events().send(": hello\n\n");
            if (answer.clientLeft()) {
                left.countDown();
            }
        });

        assertThatExceptionOfType(ReadinessTimeoutException.class)
                .isThrownBy(() -> client.waitUntilReady(BOT, quiet.withTimeout(Duration.ofMillis(200))))
                .withMessage("not ready: acme/support-bot was not ready within 200 ms");
        assertThat(left.await(20, SECONDS)).isTrue();
    }

    @Test
    void endsWithTheTimeLimitWhileTheServerDoesNotEvenAnswer() {
        server.always((request, answer) -> answer.clientLeft());

        assertThatExceptionOfType(ReadinessTimeoutException.class)
                .isThrownBy(() -> client.waitUntilReady(BOT, quiet.withTimeout(Duration.ofMillis(200))))
                .withCauseInstanceOf(TransportException.class);
    }

    @Test
    void endsWithTheTimeLimitWhileTheServerIsAway() {
        server.next(golden("dropped.sse"));
        server.always((request, answer) -> answer.json(503, "{\"error\":\"store_unavailable\",\"message\":\"full\"}"));

        assertThatExceptionOfType(ReadinessTimeoutException.class)
                .isThrownBy(() -> client.waitUntilReady(BOT, quiet.withTimeout(Duration.ofSeconds(60))))
                .withMessageContaining("last seen: bootstrapping")
                .satisfies(e -> assertThat(e.getCause()).hasMessage("api error [503 store_unavailable]: full"));
        assertThat(timing.pauseSeconds()).startsWith(1L, 2L, 4L, 5L, 5L).hasSizeGreaterThan(10);
    }

    @Test
    void waitsAsLongAsTheServerAsks() {
        server.next((request, answer) -> answer.json(503, "{}", "Retry-After: 30"));
        server.next(golden("ready.sse"));

        client.waitUntilReady(BOT, quiet);

        assertThat(timing.pauseSeconds()).containsExactly(30L);
    }

    @Test
    void takesASilentStreamForDead() {
        server.next((request, answer) -> {
            answer.events().event("{\"phase\":\"scheduling\"}");
            answer.clientLeft();
        });
        server.next(golden("ready.sse"));
        WaitOptions options = quiet.withProgress(report -> {
            if (report.phase().equals("scheduling") && server.requests().size() == 1) {
                timing.skip(Duration.ofSeconds(100));
            }
        });

        assertThat(client.waitUntilReady(BOT, options).phase()).isEqualTo("ready");
        assertThat(server.requests()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404})
    void doesNotWaitForWhatNeverComes(int status) {
        server.always((request, answer) -> answer.json(status, "{\"error\":\"x\",\"message\":\"no\"}"));

        assertThatExceptionOfType(InferenceKeyException.class)
                .isThrownBy(() -> client.waitUntilReady(BOT, quiet))
                .satisfies(e -> assertThat(e.statusCode()).isEqualTo(status));
        assertThat(server.requests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "7", "nonsense", "{\"phase\":7}"})
    void saysSoIfTheStreamCannotBeRead(String event) {
        server.next((request, answer) -> answer.events().event(event).end());

        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> client.waitUntilReady(BOT, quiet))
                .withMessage("api error [200]: the readiness stream can't be read: an event without a phase");
    }

    @Test
    void saysSoIfAPageComesInsteadOfAStream() {
        server.next((request, answer) -> answer.whole(200, "text/html", "<html>Welcome</html>"));

        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> client.waitUntilReady(BOT, quiet))
                .withMessageContaining("text/event-stream was asked for, text/html came");
    }

    @Test
    void whatTheListenerThrowsEndsTheWait() throws InterruptedException {
        CountDownLatch left = new CountDownLatch(1);
        server.next((request, answer) -> {
            answer.events().event("{\"phase\":\"scheduling\"}");
            if (answer.clientLeft()) {
                left.countDown();
            }
        });

        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> client.waitUntilReady(BOT, quiet.withProgress(report -> {
                    throw new UnsupportedOperationException("enough");
                })));
        assertThat(left.await(20, SECONDS)).isTrue();
    }

    @Test
    void cancellingTheFutureClosesTheStream() throws InterruptedException {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch left = new CountDownLatch(1);
        server.next((request, answer) -> {
            answer.events().event("{\"phase\":\"scheduling\"}");
            if (answer.clientLeft()) {
                left.countDown();
            }
        });
        CompletableFuture<Readiness> future =
                client.waitUntilReadyAsync("support-bot", quiet.withProgress(report -> first.countDown()));
        assertThat(first.await(20, SECONDS)).isTrue();

        future.cancel(true);

        assertThat(left.await(20, SECONDS)).isTrue();
    }

    @Test
    void closingTheClientEndsTheWait() throws InterruptedException {
        CountDownLatch first = new CountDownLatch(1);
        server.next((request, answer) -> {
            answer.events().event("{\"phase\":\"scheduling\"}");
            answer.clientLeft();
        });
        CompletableFuture<Readiness> future =
                client.waitUntilReadyAsync(BOT, quiet.withProgress(report -> first.countDown()));
        assertThat(first.await(20, SECONDS)).isTrue();

        client.close();

        assertThat(future)
                .failsWithin(Duration.ofSeconds(20))
                .withThrowableThat()
                .withMessageContaining("the client was closed");
    }

    @Test
    void drawsOneLineOnATerminal() {
        server.next(golden("ready.sse"));
        StringWriter terminal = new StringWriter();
        ProgressLine line = new ProgressLine.Live("support-bot", new PrintWriter(terminal));

        client.waitUntilReady(BOT, quiet, line);

        String[] draws = terminal.toString().split("\r");
        assertThat(draws[1]).isEqualTo("support-bot [" + took(draws[1]) + "] scheduling: looking for a worker");
        assertThat(draws[2]).contains("provisioning (instance_start): starting an instance");
        // A shorter line wipes out what a longer one left.
        assertThat(draws[4])
                .contains("ready: 1 of 1 replicas serve")
                .hasSizeGreaterThanOrEqualTo(draws[3].stripTrailing().length());
        assertThat(terminal.toString()).endsWith(System.lineSeparator());
        assertThat(terminal.toString()).containsOnlyOnce("\n");
    }

    private static String took(String line) {
        return line.replaceAll("^support-bot \\[(.*)] scheduling.*", "$1");
    }

    @Test
    void writesALineForEachChangeElsewhere() {
        server.next((request, answer) -> answer.events()
                .event("{\"phase\":\"scheduling\",\"message\":\"one\\u001b[2J\\rtwo\"}")
                .event("{\"phase\":\"scheduling\",\"message\":\"one\\u001b[2J\\rtwo\",\"elapsed_ms\":5}")
                .event("{\"phase\":\"ready\"}")
                .end());
        StringWriter log = new StringWriter();

        client.waitUntilReady(BOT, quiet, new ProgressLine.Plain("support-bot", new PrintWriter(log)));

        assertThat(log.toString().lines())
                .containsExactly("support-bot: scheduling: one [2J two", "support-bot: ready");
    }

    @Test
    void cutsALineThatWouldWrap() {
        StringWriter terminal = new StringWriter();
        ProgressLine line = new ProgressLine.Live("support-bot", new PrintWriter(terminal));

        line.report(new Readiness("scheduling", "x".repeat(500), Duration.ZERO, null), Duration.ofSeconds(1));

        assertThat(terminal.toString()).hasSize(80).endsWith("…");
    }

    @Test
    void movesTheShownTimeWhileNothingComes() {
        StringWriter terminal = new StringWriter();
        ProgressLine line = new ProgressLine.Live("support-bot", new PrintWriter(terminal));

        line.tick(Duration.ofSeconds(1));
        line.report(new Readiness("scheduling", "", Duration.ZERO, null), Duration.ofSeconds(2));
        line.tick(Duration.ofSeconds(63));

        assertThat(terminal.toString().split("\r"))
                .extracting(String::strip)
                .containsExactly(
                        "",
                        "support-bot [1 s] connecting",
                        "support-bot [2 s] scheduling",
                        "support-bot [1 min 3 s] scheduling");
    }

    @Test
    void showsProgressByDefault() {
        assertThat(WaitOptions.defaults().progressLine()).isTrue();
        assertThat(WaitOptions.defaults().timeout()).isEqualTo(Duration.ofMinutes(30));
        ProgressLine.none().close();
        server.next(golden("already-ready.sse"));

        assertThat(client.waitUntilReady("support-bot", WaitOptions.defaults()).phase())
                .isEqualTo("ready");
    }
}
