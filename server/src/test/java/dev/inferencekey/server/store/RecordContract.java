package dev.inferencekey.server.store;

import static dev.inferencekey.server.store.StoreData.ACME;
import static dev.inferencekey.server.store.StoreData.GLOBEX;
import static dev.inferencekey.server.store.StoreData.NOW;
import static dev.inferencekey.server.store.StoreData.auditEvent;
import static dev.inferencekey.server.store.StoreData.usage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.domain.audit.AuditFilter;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.upstream.SecretBinding;
import dev.inferencekey.server.domain.upstream.UpstreamHost;
import dev.inferencekey.server.ports.store.AccessChangeLog.Entry;
import dev.inferencekey.server.ports.store.AccessChangeLog.Position;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.UpstreamSecretStore;
import dev.inferencekey.server.ports.store.UsageStore.Total;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is appended: the trail, the usage, the change log; and sealed secrets. */
interface RecordContract {
    Store store();

    @Test
    default void listsTheTrailNewestFirstByProjectAndAction() {
        store().write(s -> {
            s.audit().append(auditEvent("aud_1", "key.created", "acme"));
            s.audit().append(auditEvent("aud_2", "key.revoked", "acme"));
            s.audit().append(auditEvent("aud_3", "keyring.created", "acme"));
            s.audit().append(auditEvent("aud_4", "key.created", "globex"));
            s.audit().append(auditEvent("aud_5", "session.created", null));
            return true;
        });

        assertThat(auditIds(null, null)).containsExactly("aud_5", "aud_4", "aud_3", "aud_2", "aud_1");
        assertThat(auditIds("acme", null)).containsExactly("aud_3", "aud_2", "aud_1");
        assertThat(auditIds("acme", "key.")).containsExactly("aud_2", "aud_1");
        assertThat(auditIds(null, "key.created")).containsExactly("aud_4", "aud_1");
        assertThat(auditIds("acme", "key.created")).containsExactly("aud_1");
        assertThat(auditIds(null, "key")).isEmpty();
        assertThat(auditIds(null, "key.%")).isEmpty();
        assertThat(auditIds("none", null)).isEmpty();
    }

    @Test
    default void pagesThroughTheTrailAndKeepsAllOfAnEvent() {
        store().write(s -> {
            s.audit().append(auditEvent("aud_1", "key.created", "acme"));
            s.audit().append(auditEvent("aud_2", "session.created", null));
            return true;
        });

        Page<AuditEvent> first = store().read(s -> s.audit().list(null, null, new PageRequest(1, null)));
        Page<AuditEvent> second = store().read(s -> s.audit().list(null, null, new PageRequest(1, first.next())));

        assertThat(first.items()).containsExactly(auditEvent("aud_2", "session.created", null));
        assertThat(second).isEqualTo(new Page<>(List.of(auditEvent("aud_1", "key.created", "acme")), null));
    }

    @Test
    default void findsEventsByWhoWhatWhereAndWhen() {
        store().write(s -> {
            s.audit().append(event("aud_1", 0, "ann@acme.test", "key_1", "192.0.2.1"));
            s.audit().append(event("aud_2", 1, "ann@globex.test", "key_1", "192.0.2.2"));
            s.audit().append(event("aud_3", 2, "annie@acme.test", "key_2", "192.0.2.1"));
            s.audit().append(event("aud_4", 2, "bob@acme.test", null, "192.0.2.1"));
            return true;
        });

        assertThat(eventIds("ann@acme.test", null, null, null, null)).containsExactly("aud_1");
        assertThat(eventIds("ann*", null, null, null, null)).containsExactly("aud_3", "aud_2", "aud_1");
        assertThat(eventIds("*", null, "192.0.2.1", null, null)).containsExactly("aud_4", "aud_3", "aud_1");
        assertThat(eventIds("%*", null, null, null, null)).isEmpty();
        assertThat(eventIds(null, "key_1", null, null, null)).containsExactly("aud_2", "aud_1");
        assertThat(eventIds(null, "key_1", "192.0.2.2", null, null)).containsExactly("aud_2");
        assertThat(eventIds(null, null, null, NOW.plusSeconds(1), null)).containsExactly("aud_4", "aud_3", "aud_2");
        assertThat(eventIds("ann*", null, null, NOW, NOW.plusSeconds(2))).containsExactly("aud_2", "aud_1");
    }

    @Test
    default void findsEventsOfManyActorsWhoseNamesBeginAlike() {
        store().write(s -> {
            for (int i = 100; i < 200; i++) {
                s.audit().append(event("aud_" + i, i, "ann" + i, "key_1", "192.0.2.1"));
                s.audit().append(event("aud_b" + i, i, "bob", "key_1", "192.0.2.1"));
            }
            return true;
        });

        assertThat(eventIds("ann*", null, null, null, null))
                .hasSize(100)
                .startsWith("aud_199", "aud_198")
                .endsWith("aud_100");
        assertThat(eventIds("ann1*", null, null, null, NOW.plusSeconds(110))).hasSize(10);
    }

    private static AuditEvent event(String id, int seconds, String actor, @Nullable String target, String from) {
        return new AuditEvent(id, NOW.plusSeconds(seconds), actor, "key.created", "acme", target, from, Map.of());
    }

    /** All of them, in pieces of seven. */
    private List<String> eventIds(
            @Nullable String actor,
            @Nullable String target,
            @Nullable String address,
            @Nullable Instant from,
            @Nullable Instant to) {
        List<String> ids = new ArrayList<>();
        for (String project : new @Nullable String[] {"acme", null}) {
            ids.clear();
            String after = null;
            do {
                PageRequest page = new PageRequest(7, after);
                AuditFilter filter = new AuditFilter(project, null, actor, target, address, from, to);
                Page<AuditEvent> piece = store().read(s -> s.audit().list(filter, page));
                piece.items().forEach(event -> ids.add(event.id()));
                after = piece.next();
            } while (after != null);
        }
        return ids;
    }

    private List<String> auditIds(@Nullable String projectSlug, @Nullable String action) {
        return store()
                .<Page<AuditEvent>>read(s -> s.audit().list(projectSlug, action, PageRequest.first()))
                .items()
                .stream()
                .map(AuditEvent::id)
                .toList();
    }

    @Test
    default void takesARepeatedImportOnce() {
        UsageRecord answered = usage("use_1", ACME, "bot", "key_1", 200, 5);
        UsageRecord refused = usage("use_2", ACME, "bot", "key_1", 503, 0);
        store().write(s -> {
            s.usage().append(List.of(answered));
            s.usage().append(List.of());
            return true;
        });
        store().write(s -> {
            s.usage().append(List.of(answered, refused, refused));
            return true;
        });

        assertThat(store().<Page<UsageRecord>>read(s -> s.usage().list("acme", PageRequest.first())))
                .isEqualTo(new Page<>(List.of(refused, answered), null));
    }

    @Test
    default void countsOnceWhatIsImportedAgainAfterItWasForgotten() {
        Instant old = NOW.minus(Duration.ofDays(40));
        List<UsageRecord> records = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            records.add(usage("use_" + i, ACME, "bot", "key_1", old.plusSeconds(i)));
        }
        UsageRecord recent = usage("use_9", ACME, "bot", "key_1", NOW);
        store().append(s -> s.usage().append(records));
        store().append(s -> s.usageSums().rollUp("acme", NOW, 1_000));
        Instant kept = NOW.minus(Duration.ofDays(30));
        store().append(s -> s.usageSums().forget("acme", kept, NOW.minus(Duration.ofDays(400)), 1_000));

        List<UsageRecord> again = new ArrayList<>(records);
        again.add(recent);
        assertThat(store().<Integer>append(s -> s.usage().append(again))).isEqualTo(3);
        store().append(s -> s.usageSums().rollUp("acme", NOW.plusSeconds(600), 1_000));

        assertThat(store().<List<Total>>read(s -> s.usage().totals("acme", old.minusSeconds(1), NOW.plusSeconds(1))))
                .singleElement()
                .satisfies(total -> assertThat(total.requests()).isEqualTo(4));
    }

    @Test
    default void keepsEveryRecordOfABatchWholeAndOnceHoweverManyThereAre() {
        Set<UsageRecord> all = new HashSet<>();
        for (int size = 0; size <= 50; size++) {
            List<UsageRecord> batch = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                // Numbers, absent numbers and texts differ from row to row; each third comes again, in this batch or
                // from one before.
                int number = i % 3 == 2 ? i - 1 : 100 * size + i;
                batch.add(usage(
                        "use_" + number,
                        ACME,
                        "bot-" + number % 5,
                        "key_" + number % 7,
                        number % 4 == 0 ? 503 : 200,
                        number));
            }
            store().write(s -> {
                s.usage().append(batch);
                return true;
            });
            all.addAll(batch);
        }

        assertThat(usageOfAcme(100)).containsExactlyInAnyOrderElementsOf(all);
    }

    @Test
    default void pagesThroughTheUsageOfOneProject() {
        store().write(s -> {
            s.usage()
                    .append(List.of(
                            usage("use_1", ACME, "bot", "key_1", 200, 1),
                            usage("use_2", GLOBEX, "bot", "key_2", 200, 1),
                            usage("use_3", ACME, "bot", "key_1", 200, 1)));
            return true;
        });

        Page<UsageRecord> first = store().read(s -> s.usage().list("acme", new PageRequest(1, null)));
        Page<UsageRecord> second = store().read(s -> s.usage().list("acme", new PageRequest(1, first.next())));

        assertThat(first.items()).extracting(UsageRecord::id).containsExactly("use_3");
        assertThat(second.items()).extracting(UsageRecord::id).containsExactly("use_1");
        assertThat(second.next()).isNull();
    }

    @Test
    default void listsUsageByTheTimeOfTheRequestNotOfItsEnd() {
        UsageRecord longOne = usage("use_3", ACME, "bot", "key_1", NOW.minusSeconds(60));
        UsageRecord one = usage("use_1", ACME, "bot", "key_1", NOW.minusSeconds(30));
        UsageRecord other = usage("use_2", ACME, "bot", "key_1", NOW.minusSeconds(30));
        store().write(s -> {
            s.usage().append(List.of(one, other, longOne));
            return true;
        });

        assertThat(usageOfAcme(1)).containsExactly(other, one, longOne);
    }

    /** All of it, page by page. */
    private List<UsageRecord> usageOfAcme(int limit) {
        List<UsageRecord> listed = new ArrayList<>();
        String after = null;
        do {
            PageRequest request = new PageRequest(limit, after);
            Page<UsageRecord> page = store().read(s -> s.usage().list("acme", request));
            listed.addAll(page.items());
            after = page.next();
        } while (after != null);
        return listed;
    }

    @Test
    default void tellsUsageApartWhoseNamesDifferInOnePlaceOnly() {
        UsageRecord served = usage("use_1", ACME, "bot", "key_1", 200, 5);
        UsageRecord unserved = usage("use_2", ACME, "bot", "key_1", 503, 0);
        UsageRecord ofAnotherKey = usage("use_3", ACME, "bot", "key_2", 200, 5);
        UsageRecord ofAnotherWorkload = usage("use_4", ACME, "cat", "key_1", 200, 5);
        List<UsageRecord> all = List.of(served, unserved, ofAnotherKey, ofAnotherWorkload);
        store().write(s -> {
            s.usage().append(all);
            return true;
        });

        assertThat(store().<Page<UsageRecord>>read(s -> s.usage().list("acme", PageRequest.first()))
                        .items())
                .containsExactlyElementsOf(all.reversed());
    }

    @Test
    default void forgetsWhatAFailedTransactionAppended() {
        UsageRecord usage = usage("use_1", ACME, "bot", "key_1", 200, 5);
        assertThatThrownBy(() -> store().write(s -> {
                    s.usage().append(List.of(usage));
                    throw new IllegalArgumentException("on purpose");
                }))
                .isInstanceOf(IllegalArgumentException.class);

        store().write(s -> {
            s.usage().append(List.of(usage));
            return true;
        });

        assertThat(store().<Page<UsageRecord>>read(s -> s.usage().list("acme", PageRequest.first()))
                        .items())
                .containsExactly(usage);
    }

    @Test
    default void sumsUsageByWorkloadAndKeyWithinTheTimeAskedFor() {
        store().write(s -> {
            s.usage()
                    .append(List.of(
                            usage("use_1", ACME, "bot", "key_2", 200, 4_000_000_000L),
                            usage("use_2", ACME, "bot", "key_2", 200, 4_000_000_000L),
                            usage("use_3", ACME, "bot", "key_2", 500, 9),
                            usage("use_4", ACME, "bot", "key_1", 499, 9),
                            usage("use_5", ACME, "a-bot", "key_2", 200, 1),
                            usage("use_6", GLOBEX, "bot", "key_3", 200, 1)));
            return true;
        });

        assertThat(store().<List<Total>>read(s -> s.usage().totals("acme", NOW, NOW.plusSeconds(1))))
                .containsExactly(
                        new Total("a-bot", "key_2", 1, 0, 1, 1, 0, 0),
                        new Total("bot", "key_1", 1, 1, 0, 0, 0, 0),
                        new Total("bot", "key_2", 3, 1, 8_000_000_000L, 8_000_000_000L, 0, 0));
        assertThat(store().<List<Total>>read(s -> s.usage().totals("acme", NOW.minusSeconds(1), NOW)))
                .isEmpty();
    }

    @Test
    default void numbersChangesAndNeverUsesANumberAgain() {
        Position first = change("key_1");
        Position second = change("key_2");

        assertThat(second.epoch()).isGreaterThan(first.epoch());
        assertThat(second.mark()).isNotEmpty().isNotEqualTo(first.mark());
        assertThat(after(first, 10)).hasValue(List.of(new Entry(second, Subject.API_KEY, "key_2", false)));
        assertThat(after(second, 10)).hasValue(List.of());

        trim(1);

        assertThat(store().<Position>read(s -> s.accessChanges().last())).isEqualTo(second);
        assertThat(change("key_3").epoch()).isGreaterThan(second.epoch());
    }

    @Test
    default void keepsTheNewestChanges() {
        Position first = change("key_1");
        Position second = change("key_2");
        Position third = change("key_3");
        trim(2);

        assertThat(after(first, 10)).as("its entry is gone").isEmpty();
        assertThat(after(second, 10))
                .hasValueSatisfying(entries ->
                        assertThat(entries).extracting(Entry::position).containsExactly(third));
    }

    @Test
    default void aPlaceInTheLogIsKnownByItsMarkAndNotByItsNumberAlone() {
        Position first = change("key_1");
        change("key_2");

        assertThat(after(new Position(first.epoch(), "of an entry that was lost"), 10))
                .isEmpty();
        assertThat(after(new Position(first.epoch() + 100, first.mark()), 10)).isEmpty();
    }

    @Test
    default void whatIsTooFarBehindIsNotReadOn() {
        Position first = change("key_1");
        change("key_2");
        change("key_3");

        assertThat(after(first, 2))
                .hasValueSatisfying(entries -> assertThat(entries).hasSize(2));
        assertThat(after(first, 1)).isEmpty();
    }

    @Test
    default void keepsWhetherAChangeEndsRequests() {
        Position first = change("key_1");
        store().<Boolean>write(s -> {
            s.accessChanges().append(Subject.API_KEY, "key_2", true);
            return true;
        });

        assertThat(after(first, 10))
                .hasValueSatisfying(
                        entries -> assertThat(entries.getFirst().endsRequests()).isTrue());
    }

    private Position change(String id) {
        store().<Boolean>write(s -> {
            s.accessChanges().append(Subject.API_KEY, id);
            return true;
        });
        return store().<Position>read(s -> s.accessChanges().last());
    }

    private Optional<List<Entry>> after(Position position, int limit) {
        return store().<Optional<List<Entry>>>read(s -> s.accessChanges().after(position, limit));
    }

    private void trim(int keep) {
        store().<Boolean>append(s -> {
            s.accessChanges().trim(keep);
            return true;
        });
    }

    @Test
    default void startsWithoutAnyChange() {
        assertThat(store().<Position>read(s -> s.accessChanges().last())).isEqualTo(Position.START);
        assertThat(after(Position.START, 10)).hasValue(List.of());
        change("key_1");
        assertThat(after(Position.START, 10)).as("everything is new").isEmpty();
    }

    @Test
    default void keepsSealedSecretsByNameAndReplacesThem() {
        byte[] sealed = {1, 2, 3};
        SecretBinding binding = new SecretBinding(
                List.of(UpstreamHost.parse("api.example.com"), UpstreamHost.parse("[::1]:8000")), true);
        store().write(s -> {
            s.upstreamSecrets().put(ACME.id(), "openai", SecretBinding.NOTHING, new byte[] {9}, NOW);
            s.upstreamSecrets().put(ACME.id(), "openai", binding, sealed, NOW.plusSeconds(1));
            s.upstreamSecrets().put(ACME.id(), "another", SecretBinding.NOTHING, sealed, NOW);
            s.upstreamSecrets().put(GLOBEX.id(), "openai", SecretBinding.NOTHING, sealed, NOW);
            return true;
        });

        assertThat(store().<Optional<byte[]>>read(s -> s.upstreamSecrets().find(ACME.id(), "openai")))
                .hasValueSatisfying(found -> assertThat(found).isEqualTo(sealed));
        assertThat(store().<List<UpstreamSecretStore.Entry>>read(
                                s -> s.upstreamSecrets().list(ACME.id())))
                .containsExactly(
                        new UpstreamSecretStore.Entry(ACME.id(), "another", SecretBinding.NOTHING, NOW, NOW),
                        new UpstreamSecretStore.Entry(ACME.id(), "openai", binding, NOW, NOW.plusSeconds(1)));
        assertThat(store().<Optional<UpstreamSecretStore.Entry>>read(
                                s -> s.upstreamSecrets().entry(ACME.id(), "openai"))
                        .map(UpstreamSecretStore.Entry::binding))
                .contains(binding);
        assertThat(store().<Boolean>write(s -> s.upstreamSecrets().delete(ACME.id(), "openai")))
                .isTrue();
        assertThat(store().<Boolean>write(s -> s.upstreamSecrets().delete(ACME.id(), "openai")))
                .isFalse();
        assertThat(store().<Optional<byte[]>>read(s -> s.upstreamSecrets().find(ACME.id(), "openai")))
                .isEmpty();
    }
}
