package dev.inferencekey.server.background.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.background.node.ChangeLogModel.Flaw;
import dev.inferencekey.server.background.node.ChangeLogModel.Mishaps;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Walks through every state that a small deployment can come to: writers whose transactions overlap, end in any order or not at all; nodes that
 * read, acknowledge, fall silent, are taken for lost, come back, crash and start again; a log that is trimmed, or loses its last commits.
 */
@Timeout(120)
final class ChangeLogModelTest {
    @ParameterizedTest
    @CsvSource({
        "2, 1, 1, 1, 1, 1, 2", //
        "3, 1, 0, 1, 1, 0, 1",
        "3, 1, 0, 0, 0, 1, 1",
        "2, 2, 0, 0, 1, 0, 1",
        "2, 2, 0, 1, 0, 1, 1"
    })
    void noRevocationIsSkippedAndNoReceiptLies(
            int writers, int nodes, int aborts, int trims, int losses, int crashes, int silences) {
        ChangeLogModel.Result result = new ChangeLogModel(
                        writers, nodes, new Mishaps(aborts, trims, losses, crashes, silences), Set.of())
                .explore();

        assertThat(result.violation()).as("%s", result.trace()).isEmpty();
        assertThat(result.states()).isGreaterThan(10_000);
        assertThat(result.receipts()).as("states in which a receipt was given").isPositive();
    }

    /** What the log, the leases and the receipts do would be in vain if any of these were left out. */
    @ParameterizedTest
    @EnumSource(Flaw.class)
    void theModelFindsWhatGoesWrongWithoutEachSafeguard(Flaw flaw) {
        ChangeLogModel.Result result = new ChangeLogModel(2, 1, new Mishaps(0, 1, 1, 1, 2), EnumSet.of(flaw)).explore();

        assertThat(result.violation()).isNotEmpty();
        assertThat(result.trace()).isNotEmpty();
    }

    @Test
    void aPlainSequenceSkipsARevocationThatCommitsLate() {
        ChangeLogModel.Result result =
                new ChangeLogModel(2, 1, new Mishaps(0, 1, 1, 1, 2), EnumSet.of(Flaw.NO_ORDER_OF_COMMITS)).explore();

        assertThat(result.violation()).isNotEmpty();
        assertThat(result.trace())
                .as("the shortest way there")
                .containsSubsequence(
                        List.of("writer 1 appends", "writer 1 commits", "node 0 reads", "writer 0 commits"));
    }
}
