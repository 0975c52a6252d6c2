package dev.inferencekey.server.accesslog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.server.ports.log.LineLog;
import dev.inferencekey.server.ports.metrics.Metric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AccessLogTest {
    @TempDir
    private Path folder;

    private static void put(LineLog log, String lines) {
        ByteBuffer block = log.emptyBlock();
        if (block == null) {
            log.dropped((int) lines.lines().count());
            return;
        }
        log.write(block.put(lines.getBytes(UTF_8)).flip(), (int) lines.lines().count());
    }

    private static double metric(AccessLog log, String name) {
        for (Metric metric : log.metrics()) {
            if (metric.name().equals("inferencekey_access_log_" + name)
                    && metric.points().getFirst() instanceof Metric.Value value) {
                return value.value();
            }
        }
        throw new AssertionError(name);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    @Test
    void everythingThatWasHandedOverIsThereAfterClosing() throws IOException {
        List<String> lines =
                IntStream.range(0, 5_000).mapToObj(i -> "line " + i).toList();
        try (AccessLog log = AccessLog.toFile(folder.resolve("logs"), 8)) {
            for (String line : lines) {
                ByteBuffer block = log.emptyBlock();
                while (block == null) {
                    Thread.onSpinWait();
                    block = log.emptyBlock();
                }
                log.write(block.put((line + "\n").getBytes(UTF_8)).flip(), 1);
            }
        }
        assertThat(Files.readAllLines(folder.resolve("logs/access.log"))).isEqualTo(lines);
    }

    @Test
    void aTargetThatTakesNothingHoldsNobodyUpAndWhatIsLostIsCounted() {
        CountDownLatch release = new CountDownLatch(1);
        List<String> written = new ArrayList<>();
        LineTarget blocked = new LineTarget() {
            @Override
            public void write(ByteBuffer lines) throws IOException {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                written.add(UTF_8.decode(lines).toString());
            }

            @Override
            public void close() {
                written.add("end");
            }
        };
        try (AccessLog log = AccessLog.to(blocked, 4)) {
            for (int i = 0; i < 10; i++) {
                put(log, "one\ntwo\n");
            }
            assertThat(metric(log, "dropped_lines_total")).isEqualTo(12);
            release.countDown();
            await().until(() -> metric(log, "lines_total") == 8);
            put(log, "again\n");
        }
        assertThat(written).hasSize(6).endsWith("again\n", "end");
    }

    @Test
    void aTargetThatFailsLosesLinesAndIsTriedAgain() {
        List<String> written = new ArrayList<>();
        LineTarget full = new LineTarget() {
            private int calls;

            @Override
            public void write(ByteBuffer lines) throws IOException {
                if (calls++ == 0) {
                    throw new IOException("No space left on device");
                }
                written.add(UTF_8.decode(lines).toString());
            }

            @Override
            public void close() {
                // Nothing to close.
            }
        };
        try (AccessLog log = AccessLog.to(full, 4)) {
            put(log, "lost\n");
            await().until(() -> metric(log, "dropped_lines_total") == 1);
            put(log, "kept\n");
            await().until(() -> metric(log, "lines_total") == 1);
        }
        assertThat(written).containsExactly("kept\n");
    }

    @Test
    void aFileThatIsFullIsPutAsideAndTheOldestIsDeleted() throws IOException {
        try (RotatingFile file = new RotatingFile(folder, 10, 3)) {
            for (String line : List.of("first\n", "second\n", "third\n", "fourth\n")) {
                file.write(bytes(line));
            }
        }
        assertThat(folder.resolve("access.log")).hasContent("fourth\n");
        assertThat(folder.resolve("access.1.log")).hasContent("third\n");
        assertThat(folder.resolve("access.2.log")).hasContent("second\n");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(3);
        }
    }

    @Test
    void aStartAgainGoesOnInTheSameFileAndCutsHalfALineOff() throws IOException {
        try (RotatingFile file = new RotatingFile(folder, 1_000, 3)) {
            file.write(bytes("whole\n"));
        }
        Files.writeString(folder.resolve("access.log"), "half a li", StandardOpenOption.APPEND);
        try (RotatingFile file = new RotatingFile(folder, 1_000, 3)) {
            file.write(bytes("next\n"));
        }
        assertThat(folder.resolve("access.log")).hasContent("whole\nnext\n");
    }
}
