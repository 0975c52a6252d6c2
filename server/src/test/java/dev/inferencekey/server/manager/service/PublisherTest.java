package dev.inferencekey.server.manager.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.ports.access.AccessPublication;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class PublisherTest {
    @Test
    void anAnswerWithACredentialDoesNotWaitForANodeUntilItsCallerHasGivenUp() {
        CountDownLatch released = new CountDownLatch(1);
        try {
            Publisher publisher = new Publisher(new Stuck(released), Duration.ofMillis(1));

            assertThat(publisher.tightenedWithCredential()).isNull();
        } finally {
            released.countDown();
        }
    }

    /** Knows of a node that neither acknowledges nor loses its lease until it is released. */
    private record Stuck(CountDownLatch released) implements AccessPublication {
        @Override
        public Receipt publish() {
            return new Receipt(1, List.of(), Duration.ZERO);
        }

        @Override
        public Receipt publishEverywhere() {
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return publish();
        }

        @Override
        public int takeEndedRequests(Subject subject, String id) {
            return 0;
        }
    }
}
