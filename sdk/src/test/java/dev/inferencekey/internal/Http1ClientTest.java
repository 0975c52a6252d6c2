package dev.inferencekey.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On real sockets, with and without TLS. */
@Tag("slow")
class Http1ClientTest {
    private static final Http1Client.Limits LIMITS = new Http1Client.Limits(100_000, 1000);
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

    /** Where a server's answer is cut into two writes, and so into two records of TLS. */
    private static final String PART = "~";

    /** The most that a record of TLS holds, which is also what the reader's buffer has room for. */
    private static final int RECORD_BYTES = 16 * 1024;

    private static @Nullable SSLContext server;
    private static @Nullable SSLContext trusting;

    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final Semaphore closings = new Semaphore(0);
    private final CountDownLatch asked = new CountDownLatch(1);
    private final ManualTiming timing = new ManualTiming();
    private @Nullable ServerSocket listener;
    private volatile String answer = ANSWER;

    @BeforeAll
    static void makeCertificate(@TempDir Path folder) throws Exception {
        Path store = folder.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "a",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=test",
                        "-ext",
                        "san=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "only-a-test")
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "only-a-test".toCharArray());
        }
        KeyManagerFactory key = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        key.init(keys, "only-a-test".toCharArray());
        server = SSLContext.getInstance("TLS");
        server.init(key.getKeyManagers(), null, null);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("a", keys.getCertificate("a"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        trusting = SSLContext.getInstance("TLS");
        trusting.init(null, trust.getTrustManagers(), null);
    }

    @AfterEach
    void stop() throws IOException {
        if (listener != null) {
            listener.close();
        }
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    /** Starts a server that answers each request with {@link #answer}, or not at all if that is empty. */
    private URI start(String scheme, String host) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        ServerSocket socket = scheme.equals("https")
                ? Objects.requireNonNull(server).getServerSocketFactory().createServerSocket(0, 100, loopback)
                : new ServerSocket(0, 100, loopback);
        listener = socket;
        thread(() -> {
            while (true) {
                Socket connection = socket.accept();
                sockets.add(connection);
                connections.incrementAndGet();
                thread(() -> serve(connection));
            }
        });
        return URI.create(scheme + "://" + host + ":" + socket.getLocalPort());
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void thread(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // The test or the client closed it.
                    }
                },
                "test-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(Socket connection) throws IOException {
        try (connection) {
            byte[] request = new byte[1000];
            while (connection.getInputStream().read(request) > 0) {
                asked.countDown();
                for (String part : answer.split(PART)) {
                    connection.getOutputStream().write(part.getBytes(UTF_8));
                }
            }
        } finally {
            closings.release();
        }
    }

    private Http1Client client(URI base, @Nullable SSLContext context) {
        return new Http1Client(
                new Http1Connector(base, Duration.ofSeconds(20), Runnable::run, timing, context), timing);
    }

    private static byte[] request(URI uri) {
        return RequestBytes.of("GET", uri, Map.of(), null);
    }

    private Flight flight() {
        return new Flight(timing.nanoTime(), Duration.ofSeconds(20));
    }

    private String ask(Http1Client client, URI uri) throws IOException, InterruptedException {
        return new String(
                client.exchange(request(uri), false, flight(), LIMITS).body().bytes(), UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void asksManyTimesOverOneConnectionUntilItIsClosed(String scheme) throws Exception {
        URI uri = start(scheme, "localhost");
        Http1Client client = client(uri, trusting);
        for (int i = 0; i < 20; i++) {
            assertThat(ask(client, uri)).isEqualTo("hi");
        }
        assertThat(connections).hasValue(1);

        client.close();

        assertThat(closings.tryAcquire(20, SECONDS)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void aConnectionThatNobodyNeedsForHalfAMinuteIsClosed(String scheme) throws Exception {
        URI uri = start(scheme, "localhost");
        Http1Client client = client(uri, trusting);
        ask(client, uri);
        timing.advance(Http1Pool.MAX_IDLE.minusSeconds(1));
        ask(client, uri);
        timing.advance(Http1Pool.MAX_IDLE.minusSeconds(1));
        assertThat(closings.availablePermits()).isZero();

        timing.advance(Duration.ofSeconds(1));

        assertThat(closings.tryAcquire(20, SECONDS)).isTrue();
        assertThat(timing.alarmsSet()).isZero();
        assertThat(ask(client, uri)).isEqualTo("hi");
        assertThat(connections).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void whatTheServerClosedIsNotUsed(String scheme) throws Exception {
        URI uri = start(scheme, "localhost");
        Http1Client client = client(uri, trusting);
        ask(client, uri);
        for (Socket socket : sockets) {
            socket.close();
        }
        assertThat(closings.tryAcquire(20, SECONDS)).isTrue();

        assertThat(ask(client, uri)).isEqualTo("hi");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void whatComesBehindAnAnswerIsNobodysAnswer(String scheme) throws Exception {
        URI uri = start(scheme, "localhost");
        Http1Client client = client(uri, trusting);
        String evil = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
        for (int length : new int[] {2, 20_000}) {
            answer = "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n" + "x".repeat(length) + evil;
            assertThat(ask(client, uri)).hasSize(length);
            answer = ANSWER;
            assertThat(ask(client, uri)).isEqualTo("hi");
        }
    }

    /** TLS decrypts whole records: what the reader's buffer has no room for lies in the socket, where looking at the connection does not find it. */
    @Test
    void whatTlsHoldsBackIsNobodysAnswer() throws Exception {
        URI uri = start("https", "localhost");
        Http1Client client = client(uri, trusting);
        String first = "HTTP/1.1 200 OK\r\nX-Padding: " + "p".repeat(300);
        String head = "\r\nContent-Length: 10000\r\n\r\n";
        String evil = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
        int length = RECORD_BYTES - first.length() - head.length();
        answer = first + PART + head.replace("10000", Integer.toString(length)) + "x".repeat(length) + evil;
        assertThat(ask(client, uri)).hasSize(length);
        answer = ANSWER;
        assertThat(ask(client, uri)).isEqualTo("hi");
        assertThat(connections).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void endingTheFlightClosesTheConnectionAndSaysWhy(String scheme) throws Exception {
        answer = "";
        URI uri = start(scheme, "localhost");
        Http1Client client = client(uri, trusting);
        Flight flight = flight();
        AtomicReference<@Nullable Throwable> seen = new AtomicReference<>();
        Thread waiting = new Thread(
                () -> seen.set(catchThrowable(() -> client.exchange(request(uri), true, flight, LIMITS))),
                "test-waiting");
        waiting.start();
        assertThat(asked.await(20, SECONDS)).isTrue();

        flight.timeOut();
        waiting.join(20_000);

        assertThat(seen.get()).isInstanceOf(IOException.class);
        assertThatExceptionOfType(CallTimeoutException.class).isThrownBy(flight::release);
        assertThat(closings.tryAcquire(20, SECONDS)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void anInterruptClosesTheConnection(String scheme) throws Exception {
        answer = "HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\nbro";
        URI uri = start(scheme, "localhost");
        Http1Client client = client(uri, trusting);
        AtomicReference<@Nullable Throwable> seen = new AtomicReference<>();
        AtomicInteger interrupted = new AtomicInteger();
        Thread waiting = new Thread(
                () -> {
                    seen.set(catchThrowable(() -> client.exchange(request(uri), true, flight(), LIMITS)));
                    interrupted.set(Thread.currentThread().isInterrupted() ? 1 : 0);
                },
                "test-waiting");
        waiting.start();
        assertThat(asked.await(20, SECONDS)).isTrue();

        waiting.interrupt();
        waiting.join(20_000);

        assertThat(seen.get()).isInstanceOf(IOException.class);
        assertThat(interrupted).hasValue(1);
        assertThat(closings.tryAcquire(20, SECONDS)).isTrue();
    }

    @Test
    void aCertificateForAnotherNameIsRefused() throws Exception {
        URI uri = start("https", "127.0.0.1");
        assertThatExceptionOfType(SSLException.class)
                .isThrownBy(() -> ask(client(uri, trusting), uri))
                .withMessageContaining("127.0.0.1");
    }

    @Test
    void aCertificateThatNobodyVouchesForIsRefused() throws Exception {
        URI uri = start("https", "localhost");
        assertThatExceptionOfType(SSLException.class).isThrownBy(() -> ask(client(uri, null), uri));
    }

    @Test
    void aServerThatShakesNoHandsCostsTheConnectTimeoutAndNoMore() throws Exception {
        answer = "";
        URI plain = start("http", "localhost");
        URI uri = URI.create(plain.toString().replace("http:", "https:"));
        Http1Client client = client(uri, trusting);
        AtomicReference<@Nullable Throwable> seen = new AtomicReference<>();
        Thread waiting = new Thread(() -> seen.set(catchThrowable(() -> ask(client, uri))), "test-waiting");
        waiting.start();
        assertThat(asked.await(20, SECONDS)).isTrue();

        timing.advance(Duration.ofSeconds(20));
        waiting.join(20_000);

        assertThat(seen.get()).isInstanceOf(HttpConnectTimeoutException.class);
    }

    @Test
    void keepsNoMoreIdleConnectionsThanItMay() throws Exception {
        URI uri = start("http", "localhost");
        Http1Connector connector = new Http1Connector(uri, Duration.ofSeconds(20), Runnable::run, timing, null);
        Http1Pool pool = new Http1Pool(timing);
        Http1Connection first = connector.connect(flight());
        pool.put(first);
        for (int i = 0; i < Http1Pool.MAX_CONNECTIONS; i++) {
            pool.put(connector.connect(flight()));
        }
        assertThat(closings.tryAcquire(20, SECONDS)).isTrue();
        assertThat(first.isStale()).isTrue();
        pool.close();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> closings.availablePermits() == Http1Pool.MAX_CONNECTIONS);
        pool.put(connector.connect(flight()));
        assertThat(closings.tryAcquire(Http1Pool.MAX_CONNECTIONS + 1, 20, SECONDS))
                .isTrue();
    }
}
