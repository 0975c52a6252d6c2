package dev.inferencekey.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.store.TestStores;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
final class LeftTransactionTest {
    private static void lock(Store store, CountDownLatch locked, CountDownLatch goOn) {
        store.append(session -> {
            session.limitSlices().lock(List.of("key_1"));
            locked.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            session.limitSlices().put(session.limitSlices().lock(List.of("key_1")));
            return true;
        });
    }

    @Test
    void aNodeThatIsLostInTheMiddleOfATransactionKeepsItsLocksForSecondsOnly() throws Exception {
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (Store store = TestStores.postgres();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> lost = threads.submit(() -> lock(store, locked, goOn));
            locked.await();
            assertThat(store.<Integer>append(session ->
                            session.limitSlices().lock(List.of("key_1")).size()))
                    .isEqualTo(1);
            goOn.countDown();
            assertThatThrownBy(lost::get).hasMessageContaining("StoreUnavailableException");
        }
    }
}
