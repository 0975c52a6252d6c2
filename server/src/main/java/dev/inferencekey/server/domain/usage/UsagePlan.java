package dev.inferencekey.server.domain.usage;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a report's figures come from: as much as possible from sums over long times, the edges from ever shorter ones, and only what
 * then remains from single records. Pieces do not overlap, and together they are the report's time.
 *
 * @param from of the report; see {@link UsageReport#from}
 * @param to of the report
 * @param width of the buckets, zero for none
 */
public record UsagePlan(Instant from, Instant to, Duration width, List<Piece> pieces) {
    /** At most so many buckets, and one more for a time that does not begin with one. */
    public static final int MOST_BUCKETS = 200;

    private static final List<Duration> WIDTHS = List.of(
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofMinutes(15),
            Duration.ofHours(1),
            Duration.ofHours(3),
            Duration.ofDays(1),
            Duration.ofDays(7),
            Duration.ofDays(30));

    /** The longest range for each width: where sums of the next span are enough to see something, records are not read for more. */
    private static final List<Duration> LONGEST = List.of(
            Duration.ofHours(1),
            Duration.ofHours(12),
            Duration.ofDays(2),
            Duration.ofDays(8),
            Duration.ofDays(16),
            Duration.ofDays(200),
            Duration.ofDays(1_400),
            Duration.ofDays(6_000));

    /** Part of a time, and where to read it: the span of the sums, null for single records. */
    public record Piece(@Nullable SumSpan span, Instant from, Instant to) {}

    /**
     * What is known of a project's sums.
     *
     * @param rolledUntil the sums over five minutes are complete up to here, the longer ones up to their last whole one; on a full five
     *     minutes
     * @param recordsFrom single records are kept from here on, sums over five minutes from the full hour before; on a full five
     *     minutes, and not after {@code rolledUntil}
     */
    public record Kept(Instant rolledUntil, Instant recordsFrom) {}

    public UsagePlan {
        pieces = List.copyOf(pieces);
    }

    /** The plan for a report with buckets. */
    public static UsagePlan ofBuckets(Instant from, Instant to, Kept kept) {
        Duration width = widthFor(from, to);
        Instant precise = SumSpan.HOUR.ceiling(kept.recordsFrom());
        if (from.isBefore(precise) && width.compareTo(SumSpan.HOUR.length()) < 0) {
            width = SumSpan.HOUR.length();
        }
        return of(from, to, width, width, kept);
    }

    /** The plan for a report without buckets. */
    public static UsagePlan ofWhole(Instant from, Instant to, Kept kept) {
        return of(from, to, Duration.ZERO, SumSpan.DAY.length(), kept);
    }

    /** The plan for sums by the hour. */
    public static UsagePlan ofHours(Instant from, Instant to, Kept kept) {
        return of(from, to, SumSpan.HOUR.length(), SumSpan.HOUR.length(), kept);
    }

    private static UsagePlan of(Instant from, Instant to, Duration width, Duration longest, Kept kept) {
        Instant precise = SumSpan.HOUR.ceiling(kept.recordsFrom());
        Instant start = from.isBefore(precise) ? SumSpan.HOUR.floor(from) : from;
        Instant end = to.isBefore(precise) ? SumSpan.HOUR.ceiling(to) : to;
        List<Piece> pieces = new ArrayList<>();
        cover(start, end, SumSpan.DAY, longest, kept.rolledUntil(), pieces);
        return new UsagePlan(start, end, width, pieces);
    }

    private static void cover(
            Instant from,
            Instant to,
            @Nullable SumSpan span,
            Duration longest,
            Instant rolledUntil,
            List<Piece> pieces) {
        if (!from.isBefore(to)) {
            return;
        }
        if (span == null) {
            pieces.add(new Piece(null, from, to));
            return;
        }
        SumSpan shorter = shorter(span);
        Instant first = span.ceiling(from);
        Instant end = span.floor(to.isBefore(rolledUntil) ? to : rolledUntil);
        if (span.length().compareTo(longest) > 0 || !first.isBefore(end)) {
            cover(from, to, shorter, longest, rolledUntil, pieces);
            return;
        }
        cover(from, first, shorter, longest, rolledUntil, pieces);
        pieces.add(new Piece(span, first, end));
        cover(end, to, shorter, longest, rolledUntil, pieces);
    }

    /** The span that makes up this one, null for single records. */
    public static @Nullable SumSpan shorter(SumSpan span) {
        return switch (span) {
            case DAY -> SumSpan.HOUR;
            case HOUR -> SumSpan.FIVE_MINUTES;
            case FIVE_MINUTES -> null;
        };
    }

    private static Duration widthFor(Instant from, Instant to) {
        Duration range = Duration.between(from, to);
        for (int i = 0; i < WIDTHS.size(); i++) {
            if (range.compareTo(LONGEST.get(i)) <= 0) {
                return WIDTHS.get(i);
            }
        }
        return WIDTHS.getLast();
    }

    /** The beginnings of the buckets; none if there are no buckets. */
    public List<Instant> starts() {
        List<Instant> starts = new ArrayList<>();
        if (!width.isZero()) {
            for (Instant start = SumSpan.floor(from, width); start.isBefore(to); start = start.plus(width)) {
                starts.add(start);
            }
        }
        return starts;
    }
}
