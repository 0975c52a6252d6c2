package dev.inferencekey.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.background.Fixtures;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.Store;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
final class UrgentWritesTest {
    private static final int KEYS = 40;
    private static final int AT_ONCE = 4;

    @Test
    void revocationsOnAllNodesAtOnceNeverRefuseEachOther() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        try (PostgresForTests.Database database = PostgresForTests.database();
                Store one = database.open();
                Store other = database.open()) {
            Fixtures.project(one);
            for (int i = 0; i < KEYS; i++) {
                String id = "key_" + i;
                String publicId = "%08d".formatted(i);
                one.<Boolean>write(session -> session.apiKeys().insert(Fixtures.key(id, publicId)));
            }
            try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
                for (int i = 0; i < KEYS; i++) {
                    String id = "key_" + i;
                    Store at = List.of(one, other).get(i % 2);
                    threads.execute(() -> at.<Boolean>writeUrgently(session -> {
                        runs.incrementAndGet();
                        assertThat(session.apiKeys().find(id)).isPresent();
                        session.accessChanges().append(Subject.API_KEY, id, true);
                        return session.apiKeys().setState(id, CredentialState.REVOKED);
                    }));
                }
            }

            assertThat(runs).hasValue(KEYS);
            assertThat(one.<Long>read(session -> session.accessChanges().last().epoch()))
                    .isEqualTo(KEYS);
        }
    }
}
