package dev.inferencekey.server.store;

import static dev.inferencekey.server.store.StoreData.ACME;
import static dev.inferencekey.server.store.StoreData.NOW;
import static dev.inferencekey.server.store.StoreData.TENANT;
import static dev.inferencekey.server.store.StoreData.auditEvent;
import static dev.inferencekey.server.store.StoreData.usage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.domain.audit.AuditFilter;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.usage.UsageFilter;
import dev.inferencekey.server.domain.usage.UsageQuery;
import dev.inferencekey.server.domain.usage.UsageReport;
import dev.inferencekey.server.domain.usage.UsageValues;
import dev.inferencekey.server.domain.usage.WorkloadHour;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.UsageStore.Total;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a project leaves behind is not its successor's, although that has the same slug. */
interface HistoryContract {
    Instant THEN = NOW.minus(Duration.ofDays(3));
    Instant REMADE = NOW.minus(Duration.ofDays(1));
    Project SUCCESSOR = new Project("proj_0009", TENANT.id(), ACME.slug(), "Another team", REMADE);

    Store store();

    @Test
    default void aProjectReadsNothingOfTheUsageOfADeletedOneWithItsSlug() {
        append(usage("use_1", ACME, "bot", "key_1", THEN));
        store().<Boolean>write(s -> s.usageSums().rollUp("acme", NOW.minus(Duration.ofHours(30)), 1000));
        succeed();
        // Waited in the journal meanwhile.
        append(usage("use_2", ACME, "bot", "key_1", THEN.plusSeconds(1)));
        rollUpAll();

        assertThat(recordIds()).isEmpty();
        assertThat(store().<List<Total>>read(s -> s.usage().totals("acme", Instant.EPOCH, NOW)))
                .isEmpty();
        assertThat(store().<List<WorkloadHour>>read(s -> s.usage().hours("acme", Instant.EPOCH, NOW)))
                .isEmpty();
        assertThat(store().<UsageValues>read(s -> s.usage().values("acme", Instant.EPOCH, NOW))
                        .keys())
                .isEmpty();
        UsageQuery query = new UsageQuery(NOW.minus(Duration.ofDays(7)), NOW, UsageFilter.ALL, null, 10);
        for (UsageReport report : List.of(
                store().<UsageReport>read(s -> s.usage().series("acme", query)),
                store().<UsageReport>read(s -> s.usage().breakdown("acme", query)))) {
            assertThat(report.lines()).allMatch(line -> line.total().requests() == 0);
        }
    }

    @Test
    default void aProjectReadsAllOfItsOwnUsage() {
        append(usage("use_1", ACME, "bot", "key_1", THEN));
        succeed();

        append(usage("use_3", SUCCESSOR, "bot", "key_9", REMADE), usage("use_4", SUCCESSOR, "bot", "key_9", NOW));
        rollUpAll();

        assertThat(recordIds()).containsExactly("use_4", "use_3");
        assertThat(store().<List<Total>>read(s -> s.usage().totals("acme", Instant.EPOCH, NOW.plusSeconds(1))))
                .singleElement()
                .satisfies(total -> assertThat(total.requests()).isEqualTo(2));
    }

    @Test
    default void usageFromBeforeAProjectThatHadNoPredecessorIsItsOwn() {
        append(usage("use_1", ACME, "bot", "key_1", ACME.createdAt().minusSeconds(60)));

        assertThat(recordIds()).containsExactly("use_1");
    }

    @Test
    default void theUsageOfADeletedProjectIsForgottenInTimeAndImportedOnce() {
        UsageRecord late = usage("use_1", ACME, "bot", "key_1", THEN);
        append(late);
        succeed();
        append(late);
        append(usage("use_2", ACME, "bot", "key_1", THEN));
        List<String> names = store().<List<String>>read(s -> s.usageSums().projects()).stream()
                .filter(name -> !name.equals("acme"))
                .toList();

        assertThat(names).hasSize(1);
        rollUpAll();
        assertThat(store().<List<String>>read(s -> s.usageSums().behind(NOW))).isEmpty();
        store().<Boolean>write(s -> s.usageSums().forget(names.getFirst(), NOW, NOW, 1000));
        assertThat(recordIds()).isEmpty();
    }

    @Test
    default void aProjectReadsNothingOfTheTrailOfADeletedOneWithItsSlug() {
        store().<Boolean>write(s -> {
            s.audit().append(auditEvent("aud_1", "key.created", "acme"));
            s.audit().append(auditEvent("aud_2", "project.deleted", "acme"));
            return true;
        });
        succeed();
        store().<Boolean>write(s -> {
            s.audit().append(auditEvent("aud_3", "project.created", "acme"));
            return true;
        });

        for (String actor : new String[] {null, "operator", "oper*"}) {
            AuditFilter filter = AuditFilter.of("acme", null).withActor(actor);
            assertThat(auditIds(filter)).containsExactly("aud_3");
        }
        assertThat(auditIds(AuditFilter.of("acme", "key."))).isEmpty();
        assertThat(auditIds(AuditFilter.of(null, null))).containsExactly("aud_3", "aud_2", "aud_1");
    }

    private void succeed() {
        store().<Boolean>write(s ->
                s.projects().delete(ACME.id(), false) && s.projects().insert(SUCCESSOR));
    }

    private void append(UsageRecord... records) {
        store().<Boolean>write(s -> {
            s.usage().append(List.of(records));
            return true;
        });
    }

    private void rollUpAll() {
        for (String name : store().<List<String>>read(s -> s.usageSums().projects())) {
            while (store().<Boolean>write(s -> s.usageSums().rollUp(name, NOW, 1000))) {
                // Until there is no more to do.
            }
        }
    }

    private List<String> recordIds() {
        return store().<Page<UsageRecord>>read(s -> s.usage().list("acme", PageRequest.first())).items().stream()
                .map(UsageRecord::id)
                .toList();
    }

    private List<String> auditIds(AuditFilter filter) {
        return store().<Page<AuditEvent>>read(s -> s.audit().list(filter, PageRequest.first())).items().stream()
                .map(AuditEvent::id)
                .toList();
    }
}
