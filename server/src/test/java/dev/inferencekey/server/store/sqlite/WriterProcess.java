package dev.inferencekey.server.store.sqlite;

import static dev.inferencekey.server.store.StoreData.ACME;

import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.store.StoreData;
import java.nio.file.Path;

/** Writes for ever, in a process of its own, and prints the id of each workload once the store has acknowledged it. */
final class WriterProcess {
    private WriterProcess() {}

    /** Arguments: the database file, and what each id begins with. */
    public static void main(String[] args) {
        try (SqliteStore store = SqliteStore.open(Path.of(args[0]))) {
            for (int i = 0; ; i++) {
                String id = args[1] + i;
                store.write(s -> {
                    s.workloads().insert(StoreData.workload(id, ACME, id.replace('_', '-')));
                    s.accessChanges().append(Subject.WORKLOAD, id);
                    return true;
                });
                System.out.println(id);
            }
        }
    }
}
