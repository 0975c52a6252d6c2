package dev.inferencekey.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

final class MemoryCurveTest {
    private static MemoryCurve curve(IntToDoubleFunction residentMib) {
        MemoryCurve curve = new MemoryCurve();
        for (int i = 0; i < 400; i++) {
            curve.add(new MemoryCurve.Look(i * 5, residentMib.applyAsDouble(i), 100));
        }
        return curve;
    }

    @Test
    void whatGrowsOnlyWhileItStartsIsFlat() {
        MemoryCurve curve = curve(i -> i < 100 ? 100 + i : 200 + i % 7);

        assertThat(curve.memoryGrowth()).isCloseTo(0, within(0.01));
        assertThat(curve.flat()).isTrue();
    }

    @Test
    void aSlowLeakIsNotFlat() {
        MemoryCurve curve = curve(i -> 200 + i * 0.05 + i % 7);

        assertThat(curve.memoryGrowth()).isGreaterThan(MemoryCurve.ALLOWED);
        assertThat(curve.flat()).isFalse();
    }

    @Test
    void fewLooksAreNotJudged() {
        MemoryCurve curve = new MemoryCurve();
        curve.add(new MemoryCurve.Look(0, 100, 10));

        assertThatThrownBy(curve::flat).hasMessageContaining("too few");
    }
}
