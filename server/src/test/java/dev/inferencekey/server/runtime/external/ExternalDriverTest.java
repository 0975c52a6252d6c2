package dev.inferencekey.server.runtime.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.upstream.SecretBinding;
import dev.inferencekey.server.domain.upstream.UpstreamHost;
import dev.inferencekey.server.domain.upstream.UpstreamPolicy;
import dev.inferencekey.server.domain.upstream.UpstreamRule;
import dev.inferencekey.server.domain.upstream.UpstreamRules;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.runtime.BoundSecret;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@Tag("slow")
class ExternalDriverTest {
    private static final String SECRET = "sk-very-secret-0123456789";

    private final AtomicInteger answer = new AtomicInteger(200);
    /** Come before {@link #answer}. */
    private final LinkedBlockingQueue<Integer> answers = new LinkedBlockingQueue<>();

    private final LinkedBlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ProbeTimes quick =
            new ProbeTimes(Duration.ofMillis(5), Duration.ofMillis(20), Duration.ofMillis(20), Duration.ofSeconds(3));
    private final ExternalDriver driver = driver(NameResolution.ofSystem(), quick);
    private HttpServer upstream;

    @BeforeEach
    void listen() throws IOException {
        upstream = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        upstream.setExecutor(threads);
        upstream.createContext("/", this::handle);
        upstream.start();
    }

    @AfterEach
    void stop() {
        driver.close();
        upstream.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        seen.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                + exchange.getRequestHeaders().getFirst("Authorization") + " "
                + exchange.getRequestHeaders().getFirst("Upgrade"));
        exchange.getResponseHeaders().set("Location", "/elsewhere");
        Integer next = answers.poll();
        exchange.sendResponseHeaders(next == null ? answer.get() : next, -1);
        exchange.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/v1", "/v1/"})
    void theBaseMayEndInTheUsualWays(String ending) throws Exception {
        Replica replica = driver.start(spec(base() + ending, "main"), () -> {});

        ReplicaTarget target = awaitReady(replica);

        assertThat(target.baseUrl() + (target.routesBelowV1() ? "/v1" : "")).isEqualTo(base() + "/v1");
        assertThat(target.model()).isEqualTo("gpt-x");
        assertThat(target.bearerSecret()).isEqualTo(SECRET);
        assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("GET /v1/models Bearer " + SECRET + " null");
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 302, 400, 404, 405})
    void whateverAnswersIsReady(int status) {
        answer.set(status);

        awaitReady(driver.start(spec(base(), "main"), () -> {}));

        assertThat(seen).allMatch(request -> request.startsWith("GET /v1/models "));
    }

    @ParameterizedTest
    @CsvSource({
        "main, the upstream refuses the secret `main` (401)",
        ", the upstream asks for a secret (401): store it as an upstream secret and name it in config.secret_ref"
    })
    void aRefusedSecretIsToldAndTriedAgain(@Nullable String secretRef, String message) {
        answer.set(401);
        Replica replica = driver.start(spec(base(), secretRef), () -> {});

        assertThat(awaitUnable(replica)).isEqualTo(message).doesNotContain(SECRET);
        assertThat(replica.logTail(10).toString()).doesNotContain(SECRET);

        answer.set(200);
        awaitReady(replica);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 500})
    void oneProbeThatIsRefusedTakesNothingThatWorksOutOfService(int status) {
        Replica replica = driver.start(spec(base(), "main"), () -> {});
        awaitReady(replica);
        seen.clear();

        answers.add(status);
        await().until(() -> seen.size() > 3);

        assertThat(replica.status()).isInstanceOf(ReplicaStatus.Ready.class);
        assertThat(replica.logTail(100)).hasSize(1);
    }

    @Test
    void aKeyThatMayNotListModelsServesAndIsToldOf() {
        answer.set(403);
        Replica replica = driver.start(spec(base(), "main"), () -> {});

        awaitReady(replica);
        assertThat(((ReplicaStatus.Ready) replica.status()).note()).contains("(403)", "says nothing about calls");
    }

    @Test
    void anUpstreamWithoutAListOfModelsServesAndThePathIsDoubted() {
        answer.set(404);
        Replica replica = driver.start(spec(base() + "/api/v3/", "main"), () -> {});

        assertThat(awaitReady(replica).routesBelowV1()).isFalse();
        assertThat(((ReplicaStatus.Ready) replica.status()).note())
                .contains(base() + "/api/v3/models (404)", "config.base_url");
        assertThat(seen).allMatch(request -> request.startsWith("GET /api/v3/models "));
    }

    @Test
    void waitsForAnUpstreamThatIsNotThereYet() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Replica replica = driver.start(spec("http://127.0.0.1:" + port, "main"), () -> {});
        await().until(() -> replica.status() instanceof ReplicaStatus.Starting starting
                && starting.message().equals("waiting for http://127.0.0.1:" + port + ": it can't be reached"));

        HttpServer late = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        late.createContext("/", this::handle);
        late.start();

        awaitReady(replica);
        late.stop(0);
    }

    @Test
    void goesFromReadyToWaitingAndBack() {
        Replica replica = driver.start(spec(base(), "main"), () -> {});
        awaitReady(replica);

        answer.set(503);
        await().until(() -> replica.status() instanceof ReplicaStatus.Starting starting
                && starting.message().endsWith("it answers 503"));
        answer.set(200);

        awaitReady(replica);
        assertThat(replica.logTail(100)).hasSizeGreaterThanOrEqualTo(3);
        assertThat(replica.logTail(1)).hasSize(1);
    }

    @Test
    void oneFailedProbeIsNoOutage() throws Exception {
        ProbeTimes patient =
                new ProbeTimes(Duration.ofHours(1), Duration.ofHours(1), Duration.ofMillis(5), Duration.ofSeconds(3));
        try (ExternalDriver patientDriver = driver(NameResolution.ofSystem(), patient)) {
            Replica replica = patientDriver.start(spec(base(), "main"), () -> {});
            awaitReady(replica);
            answer.set(500);
            await().until(() -> {
                seen.clear();
                return seen.poll(200, TimeUnit.MILLISECONDS) == null;
            });

            assertThat(replica.status()).isInstanceOf(ReplicaStatus.Ready.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"169.254.169.254", "fe80::1", "::ffff:169.254.1.1", "64:ff9b::a9fe:a9fe", "0.0.0.0", "224.0.0.1"
            })
    void aNameThatLeadsToALinkLocalAddressIsNotCalledUntilItLeadsElsewhere(String address) throws Exception {
        AtomicReference<String> second = new AtomicReference<>(address);
        NameResolution rebound =
                host -> List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral(second.get()));
        try (ExternalDriver careful = driver(rebound, quick)) {
            Replica replica = careful.start(spec(base(), "main"), () -> {});

            assertThat(awaitUnable(replica)).startsWith("where config.base_url leads must not be called: it is a");
            assertThat(seen).isEmpty();

            second.set("127.0.0.1");
            awaitReady(replica);
        }
    }

    @Test
    void portsOfThePlatformAndWhatTheOperatorDeniesAreNotProbed() throws Exception {
        UpstreamPolicy own = new UpstreamPolicy(
                UpstreamRules.NONE,
                (address, port) -> port == upstream.getAddress().getPort());
        UpstreamPolicy denied = new UpstreamPolicy(
                new UpstreamRules(List.of(), List.of(UpstreamRule.parse("127.0.0.0/8"))), (address, port) -> false);
        UpstreamPolicy others = new UpstreamPolicy(
                new UpstreamRules(List.of(UpstreamRule.parse("api.example.com")), List.of()), (address, port) -> false);
        List<String> told = new ArrayList<>();
        for (UpstreamPolicy policy : List.of(own, denied, others)) {
            try (ExternalDriver careful =
                    new ExternalDriver(InstantSource.fixed(Instant.EPOCH), policy, NameResolution.ofSystem(), quick)) {
                told.add(awaitUnable(careful.start(spec(base(), "main"), () -> {})));
            }
        }

        assertThat(told)
                .satisfiesExactly(
                        first -> assertThat(first).contains("a port of this platform itself"),
                        second -> assertThat(second).contains("--deny-upstream"),
                        third -> assertThat(third).contains("--allow-upstream"));
        assertThat(seen).isEmpty();
    }

    @Test
    void aSecretIsNotProbedWithAtAnotherHostThanItIsFor() {
        BoundSecret elsewhere =
                new BoundSecret(SECRET, new SecretBinding(List.of(UpstreamHost.parse("api.example.com")), false));
        ReplicaSpec misled = new ReplicaSpec(
                "rep_1",
                "acme/bot",
                TaskType.TEXT2TEXT,
                "external",
                "m",
                Map.of("base_url", base(), "secret_ref", "main"),
                elsewhere,
                Map.of());

        assertThat(awaitFailed(driver.start(misled, () -> {})).message())
                .contains("`main`")
                .doesNotContain(SECRET);
        assertThat(seen).isEmpty();
    }

    @Test
    void aNameThatIsUnknownIsWaitedFor() {
        NameResolution nothing = host -> {
            throw new UnknownHostException(host);
        };
        try (ExternalDriver lost = driver(nothing, quick)) {
            Replica replica = lost.start(spec("http://models.example", null), () -> {});

            await().until(() -> replica.status() instanceof ReplicaStatus.Starting starting
                    && starting.message().equals("waiting for http://models.example: its host name is not known"));
        }
    }

    @Test
    void anUpstreamThatNeverAnswersIsWaitedFor() throws Exception {
        ProbeTimes hasty = new ProbeTimes(
                Duration.ofMillis(5), Duration.ofMillis(20), Duration.ofMillis(20), Duration.ofMillis(50));
        try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                ExternalDriver patient = driver(NameResolution.ofSystem(), hasty)) {
            Replica replica = patient.start(spec("http://127.0.0.1:" + mute.getLocalPort(), null), () -> {});

            await().until(() -> replica.status() instanceof ReplicaStatus.Starting starting
                    && starting.message().endsWith("it does not answer within 50 ms"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "ftp://host", "http://user:pass@host", "http://host?q=1", "http://"})
    void anAddressThatIsNoneFailsForGoodAndIsNotRepeated(String address) {
        Replica replica = driver.start(spec(address, null), () -> {});

        ReplicaStatus.Failed failed = awaitFailed(replica);
        assertThat(failed.retryable()).isFalse();
        assertThat(failed.message()).startsWith("config.base_url").doesNotContain("pass");
    }

    @Test
    void aSecretThatNoHeaderCanCarryIsNotRepeated() {
        ReplicaSpec broken = new ReplicaSpec(
                "rep_1",
                "acme/bot",
                TaskType.TEXT2TEXT,
                "external",
                "m",
                Map.of("base_url", base()),
                bound("two\nlines"),
                Map.of());

        ReplicaStatus.Failed failed = awaitFailed(driver.start(broken, () -> {}));

        assertThat(failed.message()).contains("can't be sent").doesNotContain("two");
    }

    @Test
    void aStoppedReplicaAsksNoMore() throws Exception {
        AtomicInteger changes = new AtomicInteger();
        Replica replica = driver.start(spec(base(), "main"), changes::incrementAndGet);
        awaitReady(replica);

        replica.stop();
        replica.stop();
        await().until(() -> {
            seen.clear();
            return seen.poll(200, TimeUnit.MILLISECONDS) == null;
        });

        assertThat(changes).hasValue(1);
    }

    private static ExternalDriver driver(NameResolution names, ProbeTimes times) {
        return new ExternalDriver(
                InstantSource.fixed(Instant.EPOCH),
                new UpstreamPolicy(UpstreamRules.NONE, (address, port) -> false),
                names,
                times);
    }

    private String base() {
        return "http://127.0.0.1:" + upstream.getAddress().getPort();
    }

    private static ReplicaSpec spec(String baseUrl, @Nullable String secretRef) {
        Map<String, @Nullable Object> config = new HashMap<>();
        config.put("base_url", baseUrl);
        if (secretRef != null) {
            config.put("secret_ref", secretRef);
        }
        return new ReplicaSpec(
                "rep_1",
                "acme/bot",
                TaskType.TEXT2TEXT,
                "external",
                "gpt-x",
                config,
                secretRef == null ? null : bound(SECRET),
                Map.of());
    }

    private static BoundSecret bound(String value) {
        return new BoundSecret(value, new SecretBinding(List.of(UpstreamHost.parse("127.0.0.1")), false));
    }

    private static ReplicaTarget awaitReady(Replica replica) {
        await().until(() -> replica.status() instanceof ReplicaStatus.Ready);
        return ((ReplicaStatus.Ready) replica.status()).target();
    }

    private static String awaitUnable(Replica replica) {
        await().until(() -> replica.status() instanceof ReplicaStatus.Unable);
        return ((ReplicaStatus.Unable) replica.status()).message();
    }

    private static ReplicaStatus.Failed awaitFailed(Replica replica) {
        await().until(() -> replica.status() instanceof ReplicaStatus.Failed);
        return (ReplicaStatus.Failed) replica.status();
    }
}
