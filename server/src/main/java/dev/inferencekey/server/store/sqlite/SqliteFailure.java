package dev.inferencekey.server.store.sqlite;

import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Turns what SQLite reports into what the port promises: one sentence for people, without SQL. */
final class SqliteFailure {
    private static final int PRIMARY_CODE = 0xff;

    private SqliteFailure() {}

    /** What to throw instead; anything that did not come from the database stays as it is. */
    static RuntimeException translate(RuntimeException failure, Path file) {
        SQLException cause = sqlCause(failure);
        if (cause == null || failure instanceof StoreUnavailableException) {
            return failure;
        }
        if (!(cause instanceof SQLiteException sqlite)) {
            return new StoreUnavailableException("the store can't be used: " + cause.getMessage(), failure);
        }
        SQLiteErrorCode code = sqlite.getResultCode();
        String message = unavailable(SQLiteErrorCode.getErrorCode(code.code & PRIMARY_CODE), file);
        return message == null
                ? new IllegalStateException("the store refused a change: " + code.name(), failure)
                : new StoreUnavailableException(message, failure);
    }

    private static @Nullable String unavailable(SQLiteErrorCode primaryCode, Path file) {
        return switch (primaryCode) {
            case SQLITE_FULL ->
                "the disk that holds the data folder is full; free some space and try again, nothing was changed";
            case SQLITE_BUSY, SQLITE_LOCKED ->
                "another process holds " + file + "; stop it and try again, nothing was changed";
            case SQLITE_IOERR ->
                "the disk that holds " + file + " can't be read or written; check the disk and try again";
            case SQLITE_CORRUPT, SQLITE_NOTADB ->
                file + " is damaged or not a database of this product; put a backup in its place";
            case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH ->
                file + " can't be opened or written; check that the server's user owns it and its folder";
            default -> null;
        };
    }

    private static @Nullable SQLException sqlCause(Throwable failure) {
        // Chains are short; the bound is against one that leads back to itself.
        Throwable cause = failure;
        for (int i = 0; i < 20 && cause != null; i++) {
            if (cause instanceof SQLException sql) {
                return sql;
            }
            cause = cause.getCause();
        }
        return null;
    }
}
