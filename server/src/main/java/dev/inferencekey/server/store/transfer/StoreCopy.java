package dev.inferencekey.server.store.transfer;

import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.store.transfer.StoreTransfer.Copied;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies an installation from one database into another, all or nothing, and compares what arrived. Stateless and thread-safe.
 *
 * <p>Notes. Both have the same version of the tables. Rows are streamed: what is held in memory does not grow with the installation. The
 * checksums are taken from what each database gives back, before the target is committed.
 */
final class StoreCopy {
    /** Usage of older days lies together, as that of days which nobody made room for does. */
    private static final int MAX_DAYS_APART = 100;

    private StoreCopy() {}

    /**
     * Copies into an empty database and commits.
     *
     * @throws TransferException if what arrived is not what was sent; then nothing was changed
     */
    static List<Copied> copy(Database from, Database into) throws SQLException {
        List<TableShape> there = into.tables();
        List<TableShape> tables = TransferPlan.order(from.tables());
        List<Copied> copied = new ArrayList<>();
        into.makeRoom(from.daysOfUsage(MAX_DAYS_APART));
        for (TableShape table : tables) {
            TableShape same = there.stream()
                    .filter(other -> other.name().equals(table.name())
                            && other.columnList().equals(table.columnList()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(
                            "the table " + table.name() + " of " + from.name() + " is not the same in " + into.name()));
            RowDigest sent = new RowDigest();
            write(from, table, into.writer(same), sent);
            // Never back: a sequence is not set back with the rest if what follows fails.
            into.numberOn(same, same.numbered() == null ? 0 : into.lastNumber(same));
            RowDigest arrived = into.digest(same);
            if (arrived.rows() != sent.rows() || !arrived.checksum().equals(sent.checksum())) {
                throw new TransferException("the table " + table.name() + " has " + sent.rows() + " rows in "
                        + from.name() + ", but what arrived in " + into.name()
                        + " differs from them; nothing was changed, try again");
            }
            copied.add(new Copied(table.name(), sent.rows(), sent.checksum()));
        }
        goOnBehindBoth(from, into, there);
        into.analyze(tables);
        into.commit();
        return copied;
    }

    private static void write(Database from, TableShape table, Database.Writer writer, RowDigest sent)
            throws SQLException {
        boolean finished = false;
        try {
            from.read(table, values -> {
                sent.add(values);
                writer.next(values);
            });
            writer.finish();
            finished = true;
        } finally {
            if (!finished) {
                writer.giveUp();
            }
        }
    }

    /** No number of a change is ever used twice, so that nodes that knew either database notice. */
    private static void goOnBehindBoth(Database from, Database into, List<TableShape> there) throws SQLException {
        for (TableShape table : there) {
            if (table.name().equals(TransferPlan.CHANGES)) {
                into.numberOn(table, Math.max(from.lastNumber(table), into.lastNumber(table)));
            }
        }
        // About no workload there is: what counts is that the newest entry is another one than before.
        into.asStore().<Boolean>write(session -> {
            session.accessChanges().append(Subject.WORKLOAD, "");
            return true;
        });
    }
}
