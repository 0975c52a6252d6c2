package dev.inferencekey.server.store.sqlite;

import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Turns what SQLite reports into what the port promises: one sentence for people, without SQL. */
final class SqliteFailure {
    static final String FULL =
            "the disk that holds the data folder is full; free some space and try again, nothing was changed";

    private static final int PRIMARY_CODE = 0xff;

    private SqliteFailure() {}

    /** Whether the disk is full. */
    static boolean isFull(StoreUnavailableException failure) {
        return FULL.equals(failure.getMessage());
    }

    /** What to throw instead at a start, to whoever owns the file; anything that did not come from the database stays as it is. */
    static RuntimeException ofOpening(RuntimeException failure, Path file) {
        return translate(failure, file, file.toString());
    }

    /** What to throw instead; the file is named to whoever reads the log, and not to callers. */
    static RuntimeException translate(RuntimeException failure, Path file) {
        return translate(failure, file, "the database");
    }

    private static RuntimeException translate(RuntimeException failure, Path file, String name) {
        SQLException cause = sqlCause(failure);
        if (cause == null || failure instanceof StoreUnavailableException) {
            return failure;
        }
        if (!(cause instanceof SQLiteException sqlite)) {
            return new StoreUnavailableException("the store can't be used: " + cause.getMessage(), failure);
        }
        SQLiteErrorCode code = sqlite.getResultCode();
        String message = unavailable(SQLiteErrorCode.getErrorCode(code.code & PRIMARY_CODE), name);
        return message == null
                ? new IllegalStateException("the store refused a change: " + code.name(), failure)
                : new StoreUnavailableException(
                        message, new IllegalStateException(file + ": " + sqlite.getMessage(), failure));
    }

    private static @Nullable String unavailable(SQLiteErrorCode primaryCode, String file) {
        return switch (primaryCode) {
            case SQLITE_FULL -> FULL;
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
