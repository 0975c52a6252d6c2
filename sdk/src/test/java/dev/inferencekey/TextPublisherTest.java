package dev.inferencekey;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class TextPublisherTest {
    private static final TextParams HI = TextParams.ofPrompt("Hi");

    private final FakeServer server = new FakeServer();
    private final DataClient data = Clients.data(server).build();
    private final Endpoint bot = data.endpoint("support-bot");

    @AfterEach
    void stop() {
        data.close();
        server.close();
    }

    /** Notes what it gets, and that signals never overlap. */
    private static final class Reader implements Flow.Subscriber<TextChunk> {
        final List<String> texts = new CopyOnWriteArrayList<>();
        final CountDownLatch over = new CountDownLatch(1);
        final CountDownLatch subscribed = new CountDownLatch(1);
        final AtomicInteger inside = new AtomicInteger();
        final AtomicInteger overlaps = new AtomicInteger();
        volatile @Nullable Throwable failure;
        volatile boolean complete;
        volatile Flow.@Nullable Subscription subscription;
        private final long first;
        private final long each;

        Reader(long first, long each) {
            this.first = first;
            this.each = each;
        }

        Flow.Subscription subscription() {
            return Objects.requireNonNull(subscription);
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            subscribed.countDown();
            if (first != 0) {
                given.request(first);
            }
        }

        @Override
        public void onNext(TextChunk chunk) {
            if (inside.getAndIncrement() != 0) {
                overlaps.incrementAndGet();
            }
            texts.add(chunk.text());
            if (each != 0) {
                subscription().request(each);
            }
            inside.decrementAndGet();
        }

        @Override
        public void onError(Throwable thrown) {
            failure = thrown;
            over.countDown();
        }

        @Override
        public void onComplete() {
            complete = true;
            over.countDown();
        }
    }

    private Reader read(Reader reader) {
        bot.generateTextStreamAsync(HI).subscribe(reader);
        return reader;
    }

    private void threePieces() {
        server.always((request, answer) -> {
            answer.events()
                    .event(TextStreamTest.chunk("one"))
                    .event(TextStreamTest.chunk("two"))
                    .event(TextStreamTest.chunk("three"))
                    .event("[DONE]")
                    .end();
        });
    }

    @Test
    void deliversEverythingToASubscriberThatWantsItAll() throws InterruptedException {
        threePieces();

        Reader reader = read(new Reader(Long.MAX_VALUE, 0));

        assertThat(reader.over.await(20, SECONDS)).isTrue();
        assertThat(reader.texts).containsExactly("one", "two", "three");
        assertThat(reader.complete).isTrue();
        assertThat(reader.failure).isNull();
    }

    @Test
    void deliversOneByOneToASubscriberThatAsksFromInside() throws InterruptedException {
        threePieces();

        Reader reader = read(new Reader(1, 1));

        assertThat(reader.over.await(20, SECONDS)).isTrue();
        assertThat(reader.texts).containsExactly("one", "two", "three");
        assertThat(reader.complete).isTrue();
        assertThat(reader.overlaps).hasValue(0);
    }

    @Test
    void deliversNoMoreThanWasRequested() throws InterruptedException {
        threePieces();
        Reader reader = read(new Reader(2, 0));
        Awaitility.await().until(() -> reader.texts.size() == 2);

        assertThat(reader.over.await(300, MILLISECONDS)).isFalse();
        assertThat(reader.texts).containsExactly("one", "two");

        reader.subscription().request(Long.MAX_VALUE);
        reader.subscription().request(Long.MAX_VALUE);
        assertThat(reader.over.await(20, SECONDS)).isTrue();
        assertThat(reader.texts).containsExactly("one", "two", "three");
        assertThat(reader.complete).isTrue();
    }

    @Test
    void sendsNothingBeforeThereIsASubscriberAndACallForEach() throws InterruptedException {
        threePieces();
        Flow.Publisher<TextChunk> publisher = bot.generateTextStreamAsync(HI);
        assertThat(server.requests()).isEmpty();

        for (int i = 0; i < 2; i++) {
            Reader reader = new Reader(Long.MAX_VALUE, 0);
            publisher.subscribe(reader);
            assertThat(reader.over.await(20, SECONDS)).isTrue();
        }

        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void cancellingClosesTheConnection() throws InterruptedException {
        CountDownLatch left = new CountDownLatch(1);
        server.next((request, answer) -> {
            answer.events().event(TextStreamTest.chunk("one"));
            if (answer.clientLeft()) {
                left.countDown();
            }
        });
        Reader reader = read(new Reader(Long.MAX_VALUE, 0));
        Awaitility.await().until(() -> reader.texts.size() == 1);

        reader.subscription().cancel();
        reader.subscription().cancel();

        assertThat(left.await(20, SECONDS)).isTrue();
        assertThat(reader.complete).isFalse();
        assertThat(reader.failure).isNull();
    }

    @Test
    void cancellingBeforeTheAnswerCancelsTheCall() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch left = new CountDownLatch(1);
        server.next((request, answer) -> {
            asked.countDown();
            if (answer.clientLeft()) {
                left.countDown();
            }
        });
        Reader reader = read(new Reader(1, 1));
        assertThat(asked.await(20, SECONDS)).isTrue();

        reader.subscription().cancel();

        assertThat(left.await(20, SECONDS)).isTrue();
        assertThat(reader.failure).isNull();
    }

    @Test
    void doesNotCallAtAllForASubscriberThatCancelsAtOnce() {
        bot.generateTextStreamAsync(HI).subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.cancel();
            }

            @Override
            public void onNext(TextChunk item) {
                throw new AssertionError("nothing was requested");
            }

            @Override
            public void onError(Throwable throwable) {
                throw new AssertionError(throwable);
            }

            @Override
            public void onComplete() {
                throw new AssertionError("cancelled");
            }
        });

        assertThat(server.connections()).isZero();
    }

    private Throwable failure(Reader reader) throws InterruptedException {
        assertThat(reader.over.await(20, SECONDS)).isTrue();
        return Objects.requireNonNull(reader.failure);
    }

    @Test
    void reportsErrorsBeforeTheFirstPiece() throws InterruptedException {
        server.nextJson(401, "{}");
        assertThat(failure(read(new Reader(1, 1)))).isInstanceOf(AuthenticationException.class);

        server.nextJson(200, "{}");
        assertThat(failure(read(new Reader(1, 1))))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("text/event-stream was asked for");
    }

    @Test
    void reportsErrorsInTheMiddle() throws InterruptedException {
        server.next((request, answer) -> {
            answer.events().send(Golden.text("data/chat-stream-error.response.sse"));
            answer.end();
        });
        assertThat(failure(read(new Reader(1, 1))))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("[upstream_error]");

        server.next((request, answer) -> {
            answer.events().send(Golden.text("data/chat-stream-cut-off.response.sse"));
            answer.end();
        });
        Reader cutOff = read(new Reader(1, 1));
        assertThat(failure(cutOff))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("cut off before its end");
        assertThat(String.join("", cutOff.texts)).isEqualTo("Tu pedido llega");

        server.next((request, answer) -> {
            answer.events().event(TextStreamTest.chunk("one"));
            answer.reset();
        });
        assertThat(failure(read(new Reader(1, 1)))).isInstanceOf(TransportException.class);
    }

    @Test
    void reportsARequestForNothing() throws InterruptedException {
        threePieces();
        Reader reader = read(new Reader(-1, 0));

        assertThat(failure(reader)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void reportsAClosedClient() throws InterruptedException {
        Flow.Publisher<TextChunk> publisher = bot.generateTextStreamAsync(HI);
        data.close();
        Reader reader = new Reader(1, 1);

        publisher.subscribe(reader);

        assertThat(failure(reader)).isInstanceOf(IllegalStateException.class).hasMessage("this client is closed");
    }

    @Test
    void givesUpOnAStreamThatStallsButNotOnASlowSubscriber() throws InterruptedException {
        server.always((request, answer) -> {
            answer.events().event(TextStreamTest.chunk("one"));
            answer.clientLeft();
        });
        try (DataClient client =
                Clients.data(server).streamIdleTimeout(Duration.ofMillis(200)).build()) {
            Reader patient = new Reader(1, 0);
            client.endpoint("bot").generateTextStreamAsync(HI).subscribe(patient);
            Reader waiting = new Reader(2, 0);
            client.endpoint("bot").generateTextStreamAsync(HI).subscribe(waiting);

            assertThat(failure(waiting)).isInstanceOf(TransportException.class).hasMessageContaining("stalled");
            assertThat(patient.over.await(500, MILLISECONDS)).isFalse();
            assertThat(patient.texts).containsExactly("one");
            patient.subscription().cancel();
        }
    }

    @Test
    void leavesNoAlarmsBehind() throws InterruptedException {
        threePieces();
        FakeTiming timing = new FakeTiming();
        try (DataClient client = Clients.data(server).timing(timing).build()) {
            Endpoint endpoint = client.endpoint("bot");
            Reader complete = new Reader(Long.MAX_VALUE, 0);
            endpoint.generateTextStreamAsync(HI).subscribe(complete);
            assertThat(complete.over.await(20, SECONDS)).isTrue();
            Reader cancelled = new Reader(1, 0);
            endpoint.generateTextStreamAsync(HI).subscribe(cancelled);
            Awaitility.await().until(() -> cancelled.texts.size() == 1);
            cancelled.subscription().cancel();
            try (TextStream stream = endpoint.generateTextStream(HI)) {
                stream.forEach(chunk -> {});
            }

            Awaitility.await().until(() -> timing.alarmsSet() == 0);
        }
    }

    @Test
    void servesManySubscribersAtOnceWithoutMixingThemUp() throws InterruptedException {
        server.always((request, answer) -> {
            answer.events();
            for (int i = 0; i < 200; i++) {
                answer.event(TextStreamTest.chunk(i + ","));
            }
            answer.event("[DONE]").end();
        });
        List<Reader> readers = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 20; i++) {
            readers.add(read(new Reader(1 + i % 3, 1)));
        }
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            expected.append(i).append(',');
        }
        for (Reader reader : readers) {
            assertThat(reader.over.await(30, SECONDS)).isTrue();
            assertThat(reader.failure).isNull();
            assertThat(String.join("", reader.texts)).isEqualTo(expected.toString());
            assertThat(reader.overlaps).hasValue(0);
        }
    }
}
