package dev.inferencekey.server.domain.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatencyHistogramTest {
    private static final double[] SHARES = {0.001, 0.25, 0.5, 0.95, 0.99, 0.999, 1};

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void tellsEveryPercentileNearlyAsItIs(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            long[] times = times(random, 1 + random.nextInt(500));
            LatencyHistogram histogram = of(times);

            Arrays.sort(times);
            for (double share : SHARES) {
                long exact = times[(int) LatencyHistogram.rank(share, times.length) - 1];
                assertThat((double) histogram.percentile(share).orElseThrow())
                        .isCloseTo((double) exact, within(exact * LatencyHistogram.MAX_ERROR));
            }
        }
    }

    @Test
    void ranksAsTheNearestOne() {
        assertThat(LatencyHistogram.rank(0.5, 1)).isEqualTo(1);
        assertThat(LatencyHistogram.rank(0.5, 2)).isEqualTo(1);
        assertThat(LatencyHistogram.rank(0.5, 3)).isEqualTo(2);
        assertThat(LatencyHistogram.rank(0.99, 100)).isEqualTo(99);
        assertThat(LatencyHistogram.rank(1, 100)).isEqualTo(100);
        assertThat(LatencyHistogram.rank(0.000001, 100)).isEqualTo(1);
    }

    @Test
    void isTheSameHoweverItsPartsArePutTogetherAndWrittenDown() {
        Random random = new Random(11);
        for (int round = 0; round < 200; round++) {
            LatencyHistogram whole = new LatencyHistogram();
            List<LatencyHistogram> parts = new ArrayList<>();
            for (int part = 0; part < 5; part++) {
                long[] times = times(random, random.nextInt(50));
                Arrays.stream(times).forEach(whole::add);
                parts.add(of(times));
            }

            LatencyHistogram merged = new LatencyHistogram();
            parts.forEach(merged::addAll);
            LatencyHistogram read = new LatencyHistogram();
            parts.reversed().forEach(part -> read.addEncoded(part.encode()));

            assertThat(merged.encode()).isEqualTo(whole.encode());
            assertThat(read.encode()).isEqualTo(whole.encode());
            assertThat(read.count()).isEqualTo(whole.count());
        }
    }

    @Test
    void countsMoreThanFitsIntoAByte() {
        LatencyHistogram histogram = new LatencyHistogram();
        for (int i = 0; i < 100_000; i++) {
            histogram.add(5);
        }
        LatencyHistogram read = new LatencyHistogram();
        read.addEncoded(histogram.encode());
        read.addEncoded(histogram.encode());

        assertThat(read.count()).isEqualTo(200_000);
        assertThat(read.percentile(0.5)).hasValue(5);
    }

    @Test
    void takesTimesThatCanNotBe() {
        LatencyHistogram histogram = of(-5, Long.MIN_VALUE, 0);
        assertThat(histogram.percentile(1)).hasValue(0);

        histogram.add(Long.MAX_VALUE);
        assertThat((double) histogram.percentile(1).orElseThrow())
                .isCloseTo(
                        LatencyHistogram.MAX_MICROS, within(LatencyHistogram.MAX_MICROS * LatencyHistogram.MAX_ERROR));
    }

    @Test
    void tellsNothingOfNothing() {
        assertThat(new LatencyHistogram().percentile(0.5)).isEmpty();
        assertThat(new LatencyHistogram().encode()).isEmpty();
        assertThat(Percentiles.of(new LatencyHistogram())).isNull();
        for (double share : new double[] {0, -1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> of(1).percentile(share)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static LatencyHistogram of(long... times) {
        LatencyHistogram histogram = new LatencyHistogram();
        Arrays.stream(times).forEach(histogram::add);
        return histogram;
    }

    /** From microseconds to days, most of them close together. */
    private static long[] times(Random random, int count) {
        long scale = 1L << random.nextInt(38);
        long[] times = new long[count];
        for (int i = 0; i < count; i++) {
            times[i] = random.nextInt(20) == 0 ? random.nextLong(1L << 40) : random.nextLong(scale + 1);
        }
        return times;
    }
}
