package dev.inferencekey.server.background.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.contract.credential.SdkToken;
import dev.inferencekey.server.background.Fixtures;
import dev.inferencekey.server.background.ManualClock;
import dev.inferencekey.server.background.budget.BudgetLedger;
import dev.inferencekey.server.background.budget.LateSpending;
import dev.inferencekey.server.background.engine.FakeNodes;
import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.IssuedSdkToken;
import dev.inferencekey.server.domain.credential.MisplacedCredential;
import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.domain.credential.SecretDigest;
import dev.inferencekey.server.domain.inference.TestUsage;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.price.TokenPrice;
import dev.inferencekey.server.journal.InMemoryJournal;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.UsageStore;
import dev.inferencekey.server.ports.usage.JournalFullPolicy;
import dev.inferencekey.server.store.BreakableStore;
import dev.inferencekey.server.store.TestStores;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UsageImportTest {
    private static final Duration OFTEN = Duration.ofMillis(5);

    @AutoClose
    private final BreakableStore store = TestStores.sqlite();

    private final InMemoryJournal journal = new InMemoryJournal();
    private final ManualClock clock = new ManualClock();
    private final Map<String, Instant> ended = new ConcurrentHashMap<>();
    private final List<String> waited = new CopyOnWriteArrayList<>();
    private final AtomicInteger count = new AtomicInteger();
    private final ActivityListener activity = new ActivityListener() {
        @Override
        public void requestEnded(String workloadId, Instant at) {
            ended.put(workloadId, at);
        }

        @Override
        public void requestWaits(String workloadId) {
            waited.add(workloadId);
        }
    };
    private final BudgetLedger ledger =
            new BudgetLedger(store, Fixtures.ids(), clock, new FakeNodes().join("node_1"), false);
    private final UsageImport usageImport = importer(OFTEN);

    @BeforeEach
    void project() {
        Fixtures.project(store);
        store.write(session -> session.apiKeys().insert(Fixtures.key("key_1", "0000abcd")));
    }

    @AfterEach
    void close() {
        usageImport.close();
    }

    @Test
    void writesWhatEnded() {
        usageImport.start();

        usageImport.requestEnded(usage(clock.instant()));
        usageImport.requestEnded(usage(clock.instant()));

        await().until(() -> requests() == 2);
    }

    @Test
    void closingWritesWhatWaits() {
        UsageImport slow = importer(Duration.ofHours(1));
        slow.start();
        for (int i = 0; i < 10; i++) {
            slow.requestEnded(usage(clock.instant()));
        }

        slow.close();

        assertThat(requests()).isEqualTo(10);
    }

    @Test
    void keepsRecordsWhileTheStoreIsAway() {
        store.failWith("the disk is full");
        usageImport.start();
        for (int i = 0; i < 2_500; i++) {
            usageImport.requestEnded(usage(clock.instant()));
        }

        store.recover();

        await().until(() -> requests() == 2_500);
    }

    @Test
    void aRecordIsInTheJournalWhenItsRequestEnds() {
        usageImport.requestEnded(usage(clock.instant()));

        assertThat(journal.size()).isEqualTo(1);
    }

    @Test
    void writesWhatTheJournalHoldsFromBefore() {
        journal.append(usage(clock.instant()));

        usageImport.start();

        await().until(() -> requests() == 1);
        await().until(() -> journal.size() == 0);
    }

    @Test
    void whatTheStoreHasAlreadyIsNotCountedTwice() {
        UsageRecord twice = usage(clock.instant());
        store.write(session -> {
            session.usage().append(List.of(twice));
            return true;
        });
        journal.append(twice);

        usageImport.start();

        await().until(() -> journal.size() == 0);
        assertThat(requests()).isEqualTo(1);
    }

    @Test
    void keepsInMemoryWhatTheJournalHasNoRoomFor() {
        journal.roomFor(3);
        for (int i = 0; i < 3 + UsageImport.SPARE; i++) {
            usageImport.requestEnded(usage(clock.instant()));
        }
        usageImport.start();

        await().until(() -> requests() == 3 + UsageImport.SPARE);
    }

    @Test
    void whatWaitedInMemoryGoesToTheJournalWhenThereIsRoomAgain() {
        store.failWith("the disk is full");
        journal.roomFor(0);
        usageImport.requestEnded(usage(clock.instant()));
        usageImport.start();

        journal.roomFor(10);

        await().until(() -> journal.size() == 1);
        store.recover();
        await().until(() -> requests() == 1);
    }

    @Test
    void dropsWhatFitsNowhereInsteadOfGrowing() {
        store.failWith("the disk is full");
        journal.roomFor(0);
        for (int i = 0; i < UsageImport.SPARE + 5; i++) {
            usageImport.requestEnded(usage(clock.instant()));
        }
        store.recover();
        usageImport.start();

        await().until(() -> requests() == UsageImport.SPARE);
        usageImport.close();
        assertThat(requests()).isEqualTo(UsageImport.SPARE);
    }

    @Test
    void requestsAreServedWithoutRoomUnlessThePolicyIsToRefuseThem() {
        UsageImport strict = importer(OFTEN, JournalFullPolicy.REFUSE);
        assertThat(strict.acceptsRequests()).isTrue();

        journal.roomFor(0);

        assertThat(strict.acceptsRequests()).isFalse();
        assertThat(usageImport.acceptsRequests()).isTrue();
        journal.roomFor(1);
        assertThat(strict.acceptsRequests()).isTrue();
    }

    @Test
    void aRequestForNoWorkloadIsNotBilled() {
        usageImport.start();

        usageImport.requestEnded(usage("", clock.instant()));
        usageImport.requestEnded(usage(clock.instant()));

        await().until(() -> journal.size() == 0);
        assertThat(requests()).isEqualTo(1);
    }

    @Test
    void recordsTheLastUseOfASecretAtMostOnceAMinute() {
        usageImport.start();
        Instant first = clock.instant();

        usageImport.requestEnded(usage(first));
        await().until(() -> requests() == 1);
        usageImport.requestEnded(usage(first.plusSeconds(59)));
        await().until(() -> requests() == 2);
        assertThat(lastUse().lastUsedAt()).isEqualTo(first);
        assertThat(lastUse().lastUsedFrom()).isEqualTo("192.0.2.7");

        usageImport.requestEnded(usage(first.plusSeconds(60)));
        await().until(() -> requests() == 3);
        assertThat(lastUse().lastUsedAt()).isEqualTo(first.plusSeconds(60));
    }

    @Test
    void tellsWhoeverListensAtOnce() {
        usageImport.requestEnded(usage(clock.instant()));
        usageImport.demandWithoutReplica("wl_2");

        assertThat(ended).containsEntry("wl_1", clock.instant());
        assertThat(waited).containsExactly("wl_2");
    }

    @Test
    void aRequestCostsByThePriceOfItsTimeHoweverLateItIsImported() {
        Instant now = clock.instant();
        TokenPrice cheap = new TokenPrice(1_000, null, 10_000);
        TokenPrice dear = new TokenPrice(3_000, null, 30_000);
        store.write(session -> session.prices().put("proj_1", "bot", cheap, now.minusSeconds(60)));
        store.write(session -> session.prices().put("proj_1", "bot", dear, now.minusSeconds(30)));
        usageImport.requestEnded(usage(now.minusSeconds(90)));
        usageImport.requestEnded(usage(now.minusSeconds(45)));
        usageImport.requestEnded(usage(now));

        usageImport.start();
        await().until(() -> requests() == 3);

        Page<UsageRecord> records = store.read(session -> session.usage().list("acme", PageRequest.first()));
        assertThat(records.items()).extracting(UsageRecord::costNanoUsd).containsExactly(63L, 21L, null);
        assertThat(store.<List<UsageStore.Total>>read(
                        session -> session.usage().totals("acme", Instant.EPOCH, now.plusSeconds(1))))
                .extracting(UsageStore.Total::costNanoUsd)
                .containsExactly(84L);
    }

    @Test
    void aKnownTokensMisuseIsOneEventAMinuteInItsProjectThatCounts() {
        SdkToken token = knownToken();
        usageImport.start();
        refused(token.reveal(), "203.0.113.7", "/endpoint/acme/bot/v1/chat/completions");
        await().until(() -> audit().size() == 1);
        for (int i = 0; i < 5; i++) {
            refused(token.reveal(), "203.0.113.8", "/endpoint/acme/bot/v1/embeddings");
        }
        refused(token.reveal(), "203.0.113.7", "/endpoint/acme/other/v1/models");
        await().until(() -> audit().size() == 2);
        assertThat(audit().getFirst().target()).isEqualTo("/endpoint/acme/other");

        clock.advance(RefusedCredentials.QUIET);
        await().until(() -> audit().size() == 3);

        AuditEvent counted = audit().getFirst();
        assertThat(counted.action()).isEqualTo("credential.refused");
        assertThat(counted.actor()).isEqualTo(token.redacted());
        assertThat(counted.target()).isEqualTo("/endpoint/acme/bot");
        assertThat(counted.from()).isEqualTo("203.0.113.8");
        assertThat(counted.details())
                .containsEntry("count", "5")
                .containsEntry("reason", "wrong_credential_type")
                .containsEntry("secret", "genuine");
        assertThat(counted.projectSlug()).isEqualTo("acme");
    }

    @Test
    void nobodyRaisesAnAlarmWithAPublicIdAlone() {
        SdkToken token = knownToken();
        usageImport.start();

        refused(SdkToken.PREFIX + token.publicId() + "_" + "0".repeat(64), "203.0.113.9", "/endpoint/acme/bot");
        await().until(() -> audit().size() == 1);
        refused("ik_sdk_" + token.publicId() + "…", "203.0.113.9", "/endpoint/acme/bot");
        refused(token.reveal(), "203.0.113.7", "/endpoint/acme/bot");
        await().until(() -> audit().size() == 2);

        assertThat(audit().getLast().projectSlug()).isNull();
        assertThat(audit().getLast().actor()).isEqualTo("anonymous");
        assertThat(audit().getLast().details()).containsEntry("secret", "unknown");
        assertThat(audit().getFirst().projectSlug()).isEqualTo("acme");
        assertThat(audit().getFirst().details()).containsEntry("count", "1");
    }

    @Test
    void aFloodOfMadeUpCredentialsIsOneEventAMinuteAndHidesNoRealOne() {
        SdkToken token = knownToken();
        usageImport.start();
        Random random = new Random(7);
        for (int i = 0; i < 5_000; i++) {
            refused(SdkToken.mint(random).reveal(), "203.0.113.7", "/endpoint/" + i);
        }
        int minutes = minutesUntilAllAreCounted(5_000);
        assertThat(audit()).hasSizeLessThanOrEqualTo(minutes + 1);

        refused(token.reveal(), "203.0.113.8", "/endpoint/acme/bot");

        await().until(() -> audit().stream().anyMatch(event -> "acme".equals(event.projectSlug())));
    }

    @Test
    void whatWasRefusedWhileTheStoreIsAwayComesLaterAndCounts() {
        SdkToken token = knownToken();
        store.failWith("the disk is full");
        usageImport.start();
        for (int i = 0; i < 20; i++) {
            refused(token.reveal(), "203.0.113.7", "/endpoint/acme/bot");
            refused("ik_sdk_nonsense" + i, "203.0.113.7", "/endpoint/acme/bot");
        }

        store.recover();
        minutesUntilAllAreCounted(40);
        assertThat(audit().stream()
                        .filter(event -> "acme".equals(event.projectSlug()))
                        .mapToLong(UsageImportTest::count)
                        .sum())
                .isEqualTo(20);
    }

    @Test
    void aHugeOrHostilePathIsCutAndCarriesNoSecret() {
        SdkToken token = knownToken();
        String secret = "0123456789abcdef".repeat(4);
        refused(token.reveal(), "203.0.113.7", "/endpoint/ik_sdk_a1b2c3d4_" + secret + "/x");
        refused(token.reveal(), "203.0.113.7", "/" + "x".repeat(100_000));
        refused(token.reveal(), "203.0.113.7", "/a?token=" + secret);
        usageImport.start();

        await().until(() -> audit().size() == 3);
        assertThat(audit())
                .allSatisfy(
                        event -> assertThat(event.target()).hasSizeLessThan(250).doesNotContain(secret));
    }

    private void refused(String credential, String from, String path) {
        usageImport.wrongPlaneCredential(MisplacedCredential.of(credential), from, path);
    }

    private int minutesUntilAllAreCounted(long uses) {
        AtomicInteger minutes = new AtomicInteger();
        await().until(() -> {
            boolean counted = audit().stream().mapToLong(UsageImportTest::count).sum() == uses;
            if (!counted) {
                clock.advance(RefusedCredentials.QUIET);
                minutes.incrementAndGet();
            }
            return counted;
        });
        return minutes.get();
    }

    private static long count(AuditEvent event) {
        return Long.parseLong(event.details().get("count"));
    }

    /** A token of the project acme. */
    private SdkToken knownToken() {
        SdkToken token = SdkToken.mint(new Random(42));
        store.write(session -> session.sdkTokens()
                .insert(new IssuedSdkToken(
                        "tok_1",
                        "proj_1",
                        "acme",
                        "deploy",
                        Set.of(Scope.WORKLOAD_READ),
                        CredentialState.ACTIVE,
                        null,
                        clock.instant(),
                        "operator",
                        List.of(new CredentialSecret(
                                token.publicId(),
                                SecretDigest.of(token.secretSha256()),
                                clock.instant(),
                                null,
                                null,
                                null)))));
        return token;
    }

    private UsageImport importer(Duration interval) {
        return importer(interval, JournalFullPolicy.SERVE_UNMETERED);
    }

    private UsageImport importer(Duration interval, JournalFullPolicy whenFull) {
        return new UsageImport(
                new UsageImport.Parts(
                        journal,
                        whenFull,
                        new LateSpending(ledger),
                        store,
                        Fixtures.ids(),
                        clock,
                        new SplittableRandom(1),
                        activity),
                interval);
    }

    private UsageRecord usage(Instant at) {
        return usage("wl_1", at);
    }

    private UsageRecord usage(String workloadId, Instant at) {
        return TestUsage.of(String.format("use_%026d", count.incrementAndGet()), at)
                .workload(workloadId, "bot")
                .record();
    }

    private long requests() {
        return store
                .<List<UsageStore.Total>>read(
                        session -> session.usage().totals("acme", Instant.EPOCH, Instant.parse("2100-01-01T00:00:00Z")))
                .stream()
                .mapToLong(UsageStore.Total::requests)
                .sum();
    }

    private CredentialSecret lastUse() {
        return store.read(
                session -> session.apiKeys().find("key_1").orElseThrow().currentSecret());
    }

    /** Newest first. */
    private List<AuditEvent> audit() {
        List<AuditEvent> events = new ArrayList<>();
        String after = null;
        do {
            PageRequest request = new PageRequest(PageRequest.MAX_LIMIT, after);
            var page = store.read(session -> session.audit().list(null, "credential.refused", request));
            events.addAll(page.items());
            after = page.next();
        } while (after != null);
        return events;
    }
}
