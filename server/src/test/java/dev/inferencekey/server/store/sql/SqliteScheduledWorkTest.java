package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.store.sqlite.FastSqlite;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteScheduledWorkTest extends ScheduledWorkContract {
    @TempDir
    private Path folder;

    @Override
    SqlStore open() {
        return FastSqlite.open(folder.resolve("inferencekey.db"));
    }
}
