package dev.inferencekey.server.journal;

import dev.inferencekey.server.domain.inference.TestUsage;
import dev.inferencekey.server.domain.inference.UsageRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Usage records of all kinds. */
final class Records {
    private static final String[] TEXTS = {"", "a", "chat-bot", "Größe", "模型", "🙂", "a\u0000b", "x".repeat(300)};

    private Records() {}

    static UsageRecord usage(long number) {
        return TestUsage.of(
                        String.format("use_%026d", number), Instant.ofEpochSecond(1_780_000_000 + number, 123_456_789))
                .durationMicros(1_000 + number)
                .streamed()
                .record();
    }

    static List<UsageRecord> usages(int from, int to) {
        List<UsageRecord> usages = new ArrayList<>();
        for (int i = from; i < to; i++) {
            usages.add(usage(i));
        }
        return usages;
    }

    static UsageRecord any(Random random) {
        return new UsageRecord(
                "use_" + random.nextLong(),
                text(random),
                Instant.ofEpochSecond(
                        random.nextLong(-1_000_000_000_000L, 1_000_000_000_000L), random.nextInt(1_000_000_000)),
                text(random),
                text(random),
                text(random),
                text(random),
                text(random),
                text(random),
                text(random),
                random.nextBoolean() ? null : text(random),
                random.nextInt(),
                random.nextBoolean() ? null : random.nextLong(),
                random.nextBoolean() ? null : random.nextLong(),
                random.nextBoolean() ? null : random.nextLong(),
                random.nextLong(),
                random.nextBoolean() ? null : random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean() ? null : "upstream_error",
                null,
                null);
    }

    private static String text(Random random) {
        return TEXTS[random.nextInt(TEXTS.length)];
    }
}
