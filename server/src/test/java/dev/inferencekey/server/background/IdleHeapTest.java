package dev.inferencekey.server.background;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class IdleHeapTest {
    private static final long LIVING = 100L << 20;

    private static final class FakeHeap implements IdleHeap.Heap {
        private long used = LIVING;
        private long collections;
        private int collectedWhole;

        @Override
        public long used() {
            return used;
        }

        @Override
        public long collections() {
            return collections;
        }

        @Override
        public void collect() {
            used = LIVING;
            collections++;
            collectedWhole++;
        }
    }

    private final FakeHeap heap = new FakeHeap();
    private final IdleHeap idle = new IdleHeap(heap, Duration.ofDays(1));

    @Test
    void garbageIsGivenBackOnceTheLoadIsOver() {
        heap.used = 20 * LIVING;
        for (int i = 0; i < 10; i++) {
            heap.collections += 50; // Under load.
            idle.look();
        }
        assertThat(heap.collectedWhole).isZero();
        idle.look();
        assertThat(heap.collectedWhole).isEqualTo(1);
        assertThat(heap.used).isEqualTo(LIVING);
    }

    @Test
    void whatLivesIsNotCollectedAgainAndAgain() {
        for (int i = 0; i < 10; i++) {
            idle.look();
        }
        assertThat(heap.collectedWhole).isEqualTo(1); // To find out.
        heap.used = LIVING + IdleHeap.WORTHWHILE - 1;
        idle.look();
        assertThat(heap.collectedWhole).isEqualTo(1);
        heap.used = LIVING + IdleHeap.WORTHWHILE;
        idle.look();
        assertThat(heap.collectedWhole).isEqualTo(2);
    }
}
