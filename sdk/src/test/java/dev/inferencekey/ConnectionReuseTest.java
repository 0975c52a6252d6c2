package dev.inferencekey;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of connections between the calls of callers who wait. */
@Tag("slow")
class ConnectionReuseTest {
    private static final TextParams HI = TextParams.ofPrompt("Hi");

    private final FakeServer server = new FakeServer();
    private final FakeTiming timing = new FakeTiming();

    @AfterEach
    void stop() {
        timing.close();
        server.close();
    }

    private static String saying(String text) {
        return "{\"choices\":[{\"message\":{\"content\":\"" + text + "\"}}]}";
    }

    @Test
    void callsOneAfterTheOtherShareAConnection() {
        server.next((request, answer) -> answer.begin(200, "application/json")
                        .send(saying("chunked"))
                        .end())
                .nextJson(404, "{}")
                .next((request, answer) -> answer.whole(204, "application/json", ""))
                .nextJson(200, saying("Hello"));
        try (DataClient client = Clients.data(server).build()) {
            Endpoint bot = client.endpoint("bot");
            assertThat(bot.generateText(HI).text()).isEqualTo("chunked");
            assertThatExceptionOfType(NotFoundException.class).isThrownBy(() -> bot.generateText(HI));
            assertThatExceptionOfType(ApiException.class).isThrownBy(() -> bot.generateText(HI));
            assertThat(bot.generateText(HI).text()).isEqualTo("Hello");
        }
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void aConnectionThatTheServerClosedMeanwhileIsNoticedBeforeItIsUsed() throws InterruptedException {
        CountDownLatch closed = new CountDownLatch(1);
        server.next((request, answer) -> {
            answer.json(200, saying("one"));
            answer.cut();
            closed.countDown();
        });
        server.nextJson(200, saying("two"));
        try (DataClient client = Clients.data(server).timing(timing).build()) {
            Endpoint bot = client.endpoint("bot");
            bot.generateText(HI);
            assertThat(closed.await(20, SECONDS)).isTrue();

            assertThat(bot.generateText(HI).text()).isEqualTo("two");
        }
        assertThat(timing.pauses()).isEmpty();
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void whatTheServerSaysUnaskedIsNobodysAnswer() throws InterruptedException {
        String evil = "HTTP/1.1 200 OK\r\nContent-Length: 46\r\n\r\n" + saying("evil..");
        String good = saying("good");
        CountDownLatch said = new CountDownLatch(1);
        server.next((request, answer) ->
                answer.raw("HTTP/1.1 200 OK\r\nContent-Length: " + good.length() + "\r\n\r\n" + good + evil));
        server.next((request, answer) -> {
            answer.json(200, good);
            answer.raw(evil);
            said.countDown();
        });
        server.always((request, answer) -> answer.json(200, good));
        try (DataClient client = Clients.data(server).build()) {
            Endpoint bot = client.endpoint("bot");
            assertThat(bot.generateText(HI).text()).isEqualTo("good");
            assertThat(bot.generateText(HI).text()).isEqualTo("good");
            assertThat(said.await(20, SECONDS)).isTrue();
            assertThat(bot.generateText(HI).text()).isEqualTo("good");
        }
        assertThat(server.connections()).isEqualTo(3);
    }

    @Test
    void aServerThatWantsToCloseGetsNoSecondRequest() {
        server.always((request, answer) -> answer.json(200, saying("Hello"), "Connection: close"));
        try (DataClient client = Clients.data(server).build()) {
            client.endpoint("bot").generateText(HI);
            client.endpoint("bot").generateText(HI);
        }
        assertThat(server.connections()).isEqualTo(2);
    }

    @Test
    void aQuestionThatHitsAClosingConnectionIsAskedAgainAtOnce() {
        server.nextJson(200, "[]").next((request, answer) -> answer.cut()).nextJson(200, "[]");
        try (ManagementClient client = Clients.management(server).timing(timing).build()) {
            client.list();
            assertThat(client.list()).isEmpty();
        }
        assertThat(server.requests()).hasSize(3);
        assertThat(timing.pauses()).isEmpty();
    }

    @Test
    void inferenceThatHitsAClosingConnectionIsNotRepeated() {
        server.nextJson(200, saying("one")).next((request, answer) -> answer.cut());
        try (DataClient client = Clients.data(server).timing(timing).build()) {
            Endpoint bot = client.endpoint("bot");
            bot.generateText(HI);
            assertThatExceptionOfType(TransportException.class).isThrownBy(() -> bot.generateText(HI));
        }
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void callersAtTheSameTimeGetEachTheirOwnAnswer() throws Exception {
        server.always((request, answer) ->
                answer.json(200, saying(request.body().replaceAll(".*\"content\":\"([^\"]*)\".*", "$1"))));
        int callers = 8;
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        try (DataClient client = Clients.data(server).build()) {
            Endpoint bot = client.endpoint("bot");
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                int caller = i;
                done.add(threads.submit(() -> {
                    for (int call = 0; call < 25; call++) {
                        String mine = caller + "-" + call;
                        assertThat(bot.generateText(TextParams.ofPrompt(mine)).text())
                                .isEqualTo(mine);
                    }
                }));
            }
            for (Future<?> each : done) {
                each.get(60, SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(server.connections()).isLessThanOrEqualTo(callers);
    }

    @Test
    void anAnswerThatCameBeforeTheRequestWasReadCounts() {
        server.always((request, answer) -> answer.json(413, "{\"error\":{\"message\":\"too long\"}}"));
        try (DataClient client = Clients.data(server).build()) {
            for (int size : new int[] {50_000, 500_000}) {
                assertThatExceptionOfType(ApiException.class)
                        .isThrownBy(() -> client.endpoint("bot").embed("x".repeat(size)))
                        .withMessageContaining("too long");
            }
        }
        assertThat(server.requests())
                .extracting(request -> request.body().length() / 50_000)
                .containsExactly(1, 10);
    }

    @Test
    void anInterruptEndsThePauseBeforeAnotherAttempt() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        AtomicReference<@Nullable Throwable> seen = new AtomicReference<>();
        server.always((request, answer) -> {
            answer.json(503, "{}", "Retry-After: 15");
            asked.countDown();
        });
        try (ManagementClient client = Clients.management(server).build()) {
            Thread waiting = new Thread(() -> seen.set(catchThrowable(client::list)), "test-waiting");
            waiting.start();
            assertThat(asked.await(20, SECONDS)).isTrue();

            waiting.interrupt();
            waiting.join(10_000);

            assertThat(seen.get()).hasMessage("transport error: interrupted while waiting; the call was cancelled");
        }
    }

    @Test
    void closingTheClientEndsCallersWhoWait() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(2);
        List<AtomicReference<@Nullable Throwable>> seen = List.of(new AtomicReference<>(), new AtomicReference<>());
        server.next((request, answer) -> {
            asked.countDown();
            answer.clientLeft();
        });
        server.next((request, answer) -> {
            answer.json(503, "{}", "Retry-After: 15");
            asked.countDown();
        });
        ManagementClient client = Clients.management(server).build();
        List<Thread> waiting = seen.stream()
                .map(each -> new Thread(() -> each.set(catchThrowable(client::list)), "test-waiting"))
                .toList();
        waiting.forEach(Thread::start);
        assertThat(asked.await(20, SECONDS)).isTrue();

        client.close();

        for (Thread thread : waiting) {
            thread.join(10_000);
        }
        assertThat(seen)
                .extracting(AtomicReference::get)
                .allSatisfy(failure -> assertThat(failure)
                        .isInstanceOf(TransportException.class)
                        .hasMessageContaining("the client was closed while the call was in flight"));
    }

    @Test
    void aProxyIsUsedIfThereIsOne() {
        server.always((request, answer) -> answer.json(200, saying("by proxy")));
        URI proxy = URI.create(server.url());
        ProxySelector before = ProxySelector.getDefault();
        ProxySelector.setDefault(new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                return "far.invalid".equals(uri.getHost())
                        ? List.of(new Proxy(
                                Proxy.Type.HTTP, InetSocketAddress.createUnresolved(proxy.getHost(), proxy.getPort())))
                        : before.select(uri);
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
        });
        try (DataClient client = Clients.data(server)
                .baseUrl("http://far.invalid")
                .timeout(Duration.ofSeconds(20))
                .build()) {
            assertThat(client.endpoint("bot").generateText(HI).text()).isEqualTo("by proxy");
        } finally {
            ProxySelector.setDefault(before);
        }
        assertThat(server.onlyRequest().path()).startsWith("http://far.invalid/");
    }
}
