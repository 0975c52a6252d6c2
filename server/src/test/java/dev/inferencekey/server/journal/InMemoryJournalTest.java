package dev.inferencekey.server.journal;

import dev.inferencekey.server.ports.usage.UsageJournal;

/** The fake does what the real one does. */
final class InMemoryJournalTest implements UsageJournalContract {
    private final InMemoryJournal journal = new InMemoryJournal();

    @Override
    public UsageJournal journal() {
        return journal;
    }

    @Override
    public int fill() {
        journal.roomFor(100);
        for (int i = 0; i < 100; i++) {
            journal.append(Records.usage(i));
        }
        return 100;
    }
}
