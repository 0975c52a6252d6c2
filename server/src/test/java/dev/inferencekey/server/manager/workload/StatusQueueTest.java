package dev.inferencekey.server.manager.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.server.ports.runtime.WorkloadStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StatusQueueTest {
    private final StatusQueue queue = new StatusQueue();

    @Test
    void aSlowReaderMissesTheOldestAndNeverTheEnd() throws InterruptedException {
        for (int i = 0; i < StatusQueue.CAPACITY * 3; i++) {
            queue.put(status(ReadinessPhase.BOOTSTRAPPING, "step " + i));
        }
        queue.put(status(ReadinessPhase.READY, "serves"));

        List<String> heard = drain();

        assertThat(heard)
                .hasSize(StatusQueue.CAPACITY)
                .endsWith("step 191", "serves")
                .doesNotContain("step 0");
    }

    @Test
    void whatComesAfterTheEndDoesNotPushTheEndOut() throws InterruptedException {
        queue.put(status(ReadinessPhase.ERROR, "gone"));
        for (int i = 0; i < StatusQueue.CAPACITY * 2; i++) {
            queue.put(status(ReadinessPhase.SCHEDULING, "again"));
        }

        assertThat(drain()).containsExactly("gone");
    }

    private List<String> drain() throws InterruptedException {
        List<String> messages = new ArrayList<>();
        for (WorkloadStatus status = queue.poll(0, TimeUnit.NANOSECONDS);
                status != null;
                status = queue.poll(0, TimeUnit.NANOSECONDS)) {
            messages.add(status.message());
        }
        return messages;
    }

    private static WorkloadStatus status(ReadinessPhase phase, String message) {
        return new WorkloadStatus(phase, message, null, 0, 1, Instant.EPOCH);
    }
}
