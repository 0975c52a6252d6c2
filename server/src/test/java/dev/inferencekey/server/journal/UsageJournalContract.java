package dev.inferencekey.server.journal;

import static dev.inferencekey.server.journal.Records.usage;
import static dev.inferencekey.server.journal.Records.usages;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.ports.usage.UsageJournal;
import org.junit.jupiter.api.Test;

/** What every journal does. */
interface UsageJournalContract {
    UsageJournal journal();

    /** Fills the journal until it takes nothing any more, and says how many records it took. */
    int fill();

    @Test
    default void givesBackWhatWasAppendedOldestFirst() {
        usages(0, 10).forEach(journal()::append);

        assertThat(journal().oldest(4)).isEqualTo(usages(0, 4));
        assertThat(journal().oldest(100)).isEqualTo(usages(0, 10));
    }

    @Test
    default void givesTheSameAgainUntilItIsReleased() {
        usages(0, 10).forEach(journal()::append);

        assertThat(journal().oldest(4)).isEqualTo(usages(0, 4));
        assertThat(journal().oldest(4)).isEqualTo(usages(0, 4));
        journal().release();
        assertThat(journal().oldest(4)).isEqualTo(usages(4, 8));
    }

    @Test
    default void releasesOnlyWhatWasRead() {
        journal().append(usage(1));
        assertThat(journal().oldest(100)).hasSize(1);
        journal().append(usage(2));

        journal().release();
        journal().release();

        assertThat(journal().oldest(100)).containsExactly(usage(2));
    }

    @Test
    default void isEmptyWhenAllIsReleased() {
        assertThat(journal().oldest(10)).isEmpty();
        journal().release();
        journal().append(usage(1));
        assertThat(journal().oldest(10)).hasSize(1);
        journal().release();
        assertThat(journal().oldest(10)).isEmpty();
    }

    @Test
    default void saysThatItIsFullAndKeepsWhatItTook() {
        assertThat(journal().roomLeft()).isTrue();

        int taken = fill();

        assertThat(journal().append(usage(taken))).isFalse();
        assertThat(journal().roomLeft()).isFalse();
        assertThat(journal().oldest(taken + 1)).isEqualTo(usages(0, taken));
    }
}
