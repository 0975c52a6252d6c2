package dev.inferencekey.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.contract.credential.SdkToken;
import dev.inferencekey.server.domain.credential.MisplacedCredential;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.upstream.SecretBinding;
import dev.inferencekey.server.domain.upstream.UpstreamPolicy;
import dev.inferencekey.server.domain.upstream.UpstreamRules;
import dev.inferencekey.server.gateway.AccessTable;
import dev.inferencekey.server.gateway.GatewayConfig;
import dev.inferencekey.server.gateway.GatewayObservation;
import dev.inferencekey.server.gateway.GatewayServer;
import dev.inferencekey.server.gateway.ManagerUpstream;
import dev.inferencekey.server.gateway.Outward;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.access.Budgets;
import dev.inferencekey.server.ports.access.DataPlaneEvents;
import dev.inferencekey.server.ports.health.Health.Check;
import dev.inferencekey.server.ports.health.Health.Report;
import dev.inferencekey.server.store.BreakableStore;
import dev.inferencekey.server.store.StoreData;
import dev.inferencekey.server.store.TestStores;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class PlatformHealthTest {
    /** Holds up the event loop that tells it of a credential. */
    private static final class Blocking implements DataPlaneEvents {
        final CountDownLatch blocked = new CountDownLatch(1);
        final CountDownLatch release = new CountDownLatch(1);

        @Override
        public void requestEnded(UsageRecord usage) {
            // Of no interest.
        }

        volatile boolean accepts = true;

        @Override
        public boolean acceptsRequests() {
            return accepts;
        }

        @Override
        public void demandWithoutReplica(String workloadId) {
            // Of no interest.
        }

        @Override
        public void wrongPlaneCredential(MisplacedCredential credential, String clientAddress, String path) {
            blocked.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private final AtomicLong ticks = new AtomicLong();
    private Instant now = Instant.parse("2026-06-15T12:00:00Z");
    /** Opens what begins with a 1. */
    private static final SecretCipher CIPHER = new SecretCipher() {
        @Override
        public byte[] seal(String plaintext, String context) {
            return new byte[] {1};
        }

        @Override
        public String open(byte[] sealed, String context) {
            if (sealed[0] != 1) {
                throw new IllegalStateException("sealed with another key");
            }
            return "";
        }
    };

    @AutoClose
    private final BreakableStore store = TestStores.sqlite();

    private final AccessTable table = new AccessTable();
    private final Blocking events = new Blocking();
    private final PlatformHealth health = new PlatformHealth(store, CIPHER, table, () -> now, ticks::get);
    private final GatewayServer gateway = start(GatewayConfig.builder().port(0).threads(2));

    private GatewayServer start(GatewayConfig.Builder config) {
        return GatewayServer.start(
                config.build(),
                table,
                events,
                Budgets.NONE,
                new ManagerUpstream("x"),
                prefix -> prefix,
                InstantSource.system(),
                System::nanoTime,
                GatewayObservation.NONE,
                new Outward(
                        new UpstreamPolicy(UpstreamRules.NONE, (address, port) -> false),
                        "0123456789abcdef",
                        () -> true,
                        (_, _) -> List.of()));
    }

    @AfterEach
    void close() {
        events.release.countDown();
        gateway.close();
    }

    private static Check check(Report report, String name) {
        return report.checks().stream()
                .filter(check -> check.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void isReadyOnceTheTableIsLoadedAndTheListenerIsOpenAndSaysSinceWhen() {
        Instant begun = now;
        assertThat(health.ready().well()).isFalse();
        assertThat(check(health.ready(), "access_table").ok()).isFalse();
        now = now.plusSeconds(5);
        table.load(1, snapshot -> {});
        assertThat(check(health.ready(), "access_table").ok()).isTrue();
        assertThat(check(health.ready(), "listener").ok()).isFalse();
        now = now.plusSeconds(5);
        health.listens(gateway);
        assertThat(health.ready().well()).isFalse();
        health.meters(events);
        Report ready = health.ready();
        assertThat(ready.well()).isTrue();
        assertThat(check(ready, "running").since()).isEqualTo(begun);
        assertThat(check(ready, "access_table").since()).isEqualTo(begun.plusSeconds(5));
        assertThat(check(ready, "listener").since()).isEqualTo(begun.plusSeconds(10));
    }

    @Test
    void isNotReadyWhileCallersAreToGoElsewhere() {
        table.load(1, snapshot -> {});
        health.listens(gateway);
        health.meters(events);
        health.drains(true);
        assertThat(health.ready().well()).isFalse();
        assertThat(check(health.ready(), "drain").message()).contains("send callers elsewhere");
        health.drains(false);
        assertThat(health.ready().well()).isTrue();
    }

    @Test
    void isReadyWhileItServesCutOffAndNotOnceItRefuses() {
        table.load(1, snapshot -> {});
        health.listens(gateway);
        health.meters(events);
        health.isNode(() -> false);
        table.admitUntil(100);
        assertThat(health.ready().well()).isTrue();
        assertThat(check(health.ready(), "node").ok()).isFalse();
        assertThat(check(health.ready(), "node").message()).contains("goes on with the keys that it knows");

        ticks.set(100);
        assertThat(health.ready().well()).isFalse();
        assertThat(check(health.ready(), "node").message()).contains("refuses every call");
    }

    @Test
    void isNotReadyAsSoonAsTheStopBeginsAlthoughTheListenerIsStillOpen() {
        table.load(1, snapshot -> {});
        health.listens(gateway);
        health.meters(events);
        health.stops();
        assertThat(gateway.accepts()).isTrue();
        assertThat(health.ready().well()).isFalse();
        assertThat(check(health.ready(), "running").ok()).isFalse();
        assertThat(health.live().well()).isTrue();
    }

    @Test
    void whileDrainingItIsNotReadyAndSaysThatItStillServes() throws InterruptedException {
        table.load(1, snapshot -> {});
        try (GatewayServer draining =
                start(GatewayConfig.builder().port(0).threads(1).drainTime(Duration.ofSeconds(2)))) {
            health.listens(draining);
            health.meters(events);
            assertThat(check(health.ready(), "listener").message()).isEqualTo("accepts connections");
            Thread closing = Thread.ofVirtual().start(draining::close);
            await().until(() -> !draining.accepts());
            Check listener = check(health.ready(), "listener");
            assertThat(listener.ok()).isFalse();
            assertThat(listener.message()).startsWith("draining: still accepts connections");
            closing.join();
            assertThat(check(health.ready(), "listener").message()).isEqualTo("accepts no connections");
        }
    }

    @Test
    void isNotReadyWhileRequestsAreRefusedBecauseTheirUsageCanNotBeKept() {
        table.load(1, snapshot -> {});
        health.listens(gateway);
        health.meters(events);
        events.accepts = false;
        assertThat(health.ready().well()).isFalse();
        assertThat(check(health.ready(), "metering").ok()).isFalse();
        events.accepts = true;
        assertThat(health.ready().well()).isTrue();
    }

    @Test
    void tellsThatTheStoreIsAwayAndServesOn() {
        table.load(1, snapshot -> {});
        health.listens(gateway);
        health.meters(events);
        store.failWith("disk full");
        Report report = health.ready();
        assertThat(report.well()).isTrue();
        assertThat(check(report, "store").ok()).isFalse();
        store.recover();
        assertThat(check(health.ready(), "store").ok()).isTrue();
    }

    @Test
    void saysThatTheDiskIsFullAndServesOn() {
        health.listens(gateway);
        health.meters(events);
        table.load(1, snapshot -> {});
        assertThat(check(health.ready(), "disk").ok()).isTrue();

        store.fillDisk("the disk is full");

        assertThat(health.ready().well()).isTrue();
        assertThat(check(health.ready(), "disk").message()).contains("what revokes still works", "free some space");
    }

    @Test
    void namesTheSecretsThatTheMasterKeyDoesNotOpenAndServesOn() {
        health.listens(gateway);
        health.meters(events);
        table.load(1, snapshot -> {});
        StoreData.fill(store);
        secret("mine", (byte) 1);
        secret("lost", (byte) 2);

        Report report = health.ready();

        assertThat(report.well()).isTrue();
        assertThat(check(report, "secrets").ok()).isFalse();
        assertThat(check(report, "secrets").message())
                .contains("acme/lost", "put the right master.key back")
                .doesNotContain("mine");

        secret("lost", (byte) 1);
        now = now.plusSeconds(31);
        assertThat(check(health.ready(), "secrets").ok()).isTrue();
    }

    private void secret(String name, byte sealed) {
        store.<Boolean>write(session -> {
            session.upstreamSecrets().put(StoreData.ACME.id(), name, SecretBinding.NOTHING, new byte[] {sealed}, now);
            return true;
        });
    }

    @Test
    void isNotAliveWhileAnEventLoopHangs() throws IOException, InterruptedException {
        health.listens(gateway);
        assertThat(health.live().well()).isTrue();
        String token = SdkToken.mint(new Random(1)).reveal();
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            client.getOutputStream()
                    .write(("GET /endpoint/acme/bot/v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token
                                    + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            events.blocked.await();
            assertThat(health.live().well()).isFalse();
            events.release.countDown();
            assertThat(health.live().well()).isTrue();
        }
    }
}
