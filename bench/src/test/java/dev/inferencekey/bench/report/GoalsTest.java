package dev.inferencekey.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

final class GoalsTest {
    private final Scoreboard board = new Scoreboard();

    @Test
    void ratiosArePairedWithinARound() {
        // The machine was twice as slow in the second round, for both.
        board.put(Figure.CPU_PER_REQUEST, "nginx", 1, 0.2);
        board.put(Figure.CPU_PER_REQUEST, "us", 1, 0.24);
        board.put(Figure.CPU_PER_REQUEST, "nginx", 2, 0.4);
        board.put(Figure.CPU_PER_REQUEST, "us", 2, 0.48);

        Row row = only(new Goals(board).rows());

        assertThat(row.value().lowest()).isEqualTo(1.2, Offset.offset(1e-9));
        assertThat(row.value().highest()).isEqualTo(1.2, Offset.offset(1e-9));
        assertThat(row.verdict()).isEqualTo(Row.Verdict.ENOUGH);
    }

    @Test
    void aRoundInWhichOneIsMissingDoesNotCount() {
        board.put(Figure.CPU_PER_REQUEST, "nginx", 1, 0.2);
        board.put(Figure.CPU_PER_REQUEST, "us", 2, 0.2);

        assertThat(new Goals(board).rows()).isEmpty();
    }

    @Test
    void latencyIsWhatIsAddedToDirect() {
        board.put(Figure.LATENCY_P50, "direct", 1, 100);
        board.put(Figure.LATENCY_P50, "nginx", 1, 150);
        board.put(Figure.LATENCY_P50, "us", 1, 200);

        Row row = only(new Goals(board).rows());

        assertThat(row.value().median()).isEqualTo(2.0);
        assertThat(row.nginx()).isEqualTo("+50 µs");
        assertThat(row.verdict()).isEqualTo(Row.Verdict.SHORT);
    }

    @Test
    void timeToFirstByteIsAShareOfDirect() {
        board.put(Figure.FIRST_CHUNK, "direct", 1, 100);
        board.put(Figure.FIRST_CHUNK, "us", 1, 100.5);

        Row row = only(new Goals(board).rows());

        assertThat(row.us()).isEqualTo("0.500 %");
        assertThat(row.verdict()).isEqualTo(Row.Verdict.REACHED);
    }

    @Test
    void theTableHasTheSameColumnsInEachLine() {
        board.put(Figure.START, "us", 1, 1.5);
        board.put(Figure.IDLE_STREAM, "us", 1, 30);

        List<String> lines = TextTable.goals(new Goals(board).rows()).lines().toList();

        assertThat(lines).hasSize(4).allSatisfy(line -> assertThat(line).hasSameSizeAs(lines.getFirst()));
        assertThat(lines.get(2)).contains("30 KiB", "SHORT");
        assertThat(lines.get(3)).contains("1.50 s", "good enough");
    }

    private static Row only(List<Row> rows) {
        assertThat(rows).hasSize(1);
        return rows.getFirst();
    }
}
