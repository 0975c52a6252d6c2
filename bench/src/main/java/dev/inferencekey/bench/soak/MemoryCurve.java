package dev.inferencekey.bench.soak;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What a process held from moment to moment, and whether that grew. Not thread-safe.
 *
 * <p>Notes. The first quarter is the time in which caches fill and code is compiled; it is drawn and not judged. Flat means that the
 * median of the last quarter is no further above that of the second than {@link #ALLOWED}: a leak of a hundred bytes for each request
 * is seen within minutes.
 */
public final class MemoryCurve {
    /** Of the second quarter's median. */
    static final double ALLOWED = 0.03;

    /**
     * One look.
     *
     * @param seconds since the load began
     * @param residentMib of the process and its children
     * @param openFiles of the process: sockets, files
     */
    public record Look(double seconds, double residentMib, int openFiles) {}

    private final List<Look> looks = new ArrayList<>();

    void add(Look look) {
        looks.add(look);
    }

    public List<Look> looks() {
        return Collections.unmodifiableList(looks);
    }

    /** How far the median of the last quarter is above that of the second one, as a share of it; negative if it is below. */
    public double memoryGrowth() {
        return growth(Look::residentMib);
    }

    /** The same for open files. */
    public double filesGrowth() {
        return growth(look -> look.openFiles());
    }

    public boolean flat() {
        return memoryGrowth() <= ALLOWED;
    }

    private double growth(ToDoubleFunction<Look> what) {
        int quarter = looks.size() / 4;
        if (quarter == 0) {
            throw new IllegalStateException("too few looks to judge");
        }
        double early = median(looks.subList(quarter, 2 * quarter), what);
        double late = median(looks.subList(looks.size() - quarter, looks.size()), what);
        return late / early - 1;
    }

    private static double median(List<Look> part, ToDoubleFunction<Look> what) {
        double[] values = part.stream().mapToDouble(what).sorted().toArray();
        return values[values.length / 2];
    }
}
