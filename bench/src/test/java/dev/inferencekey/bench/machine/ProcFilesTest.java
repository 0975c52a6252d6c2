package dev.inferencekey.bench.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ProcFilesTest {
    @Test
    void timeIsReadBehindANameThatHoldsBracketsAndSpaces() {
        String stat = "42 (a) b (c) S 1 42 42 0 -1 4194304 100 0 0 0 150 50 7 8 20 0 1 0 12345 1000 200";

        assertThat(ProcessTree.ticks(stat)).isEqualTo(200);
    }

    @Test
    void aProcessThatHasEndedUsesNothing() {
        assertThat(ProcessTree.ticks("")).isZero();
        assertThat(ProcessTree.residentKib("")).isZero();
    }

    @Test
    void residentMemoryIsFound() {
        assertThat(ProcessTree.residentKib("Name:\tx\nVmPeak:\t  9 kB\nVmRSS:\t   1234 kB\n"))
                .isEqualTo(1_234);
    }

    @Test
    void ownTimeGrowsWithWork() {
        ProcessTree self = new ProcessTree(ProcessHandle.current());

        assertThat(self.cpuTime()).isPositive();
        assertThat(self.residentKib()).isPositive();
    }

    @Test
    void listsOfCoresAreReadAsTheKernelWritesThem() {
        assertThat(Cores.parse("0-2,5")).isEqualTo(List.of(0, 1, 2, 5));
        assertThat(Cores.parse("3")).isEqualTo(List.of(3));
    }
}
