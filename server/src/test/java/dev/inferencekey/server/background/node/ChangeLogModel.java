package dev.inferencekey.server.background.node;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The change log, the readers of it, their leases and the receipts, small enough to be walked through as a whole, breadth first. Each
 * writer revokes one key; each node, set to refuse when it is cut off, admits by what it has read.
 *
 * <p>What holds in every state: whoever has come to the log's end knows every revocation; and once a writer has its receipt, no node admits its key.
 */
final class ChangeLogModel {
    /** Something that the platform does, left out. */
    enum Flaw {
        /** Epochs are given by a plain sequence, and transactions commit in any order. */
        NO_ORDER_OF_COMMITS,
        /** A position is an epoch alone, so that an entry that was lost is mistaken for the one in its place. */
        NO_MARKS,
        /** What a node acknowledged is compared by the epoch alone. */
        NO_MARKS_IN_RECEIPTS,
        /** A node is taken for lost by a clock that may run ahead of its own. */
        LOST_BY_A_CLOCK,
        /** A node that was taken for lost counts on its lease again before it has read what it missed. */
        NO_READING_AFTER_A_LOSS,
        /** A node registers after it has read what it serves by. */
        REGISTERED_AFTER_READING,
        /** The log is read on from a position whose entry was trimmed. */
        NO_RELOAD_AFTER_A_TRIM
    }

    /** @param receipts in how many states a writer has one */
    record Result(int states, int receipts, String violation, List<String> trace) {}

    /** How often each of these may happen on one way through the states. */
    record Mishaps(int aborts, int trims, int losses, int crashes, int silences) {}

    private record Step(@Nullable Step before, String what) {}

    private static final int MAX_STATES = 3_000_000;
    private static final int NONE = -1;

    // What a writer is at.
    private static final int IDLE = 0;
    private static final int APPENDED = 1;
    private static final int COMMITTED = 2;
    private static final int RECEIVED = 3;

    // What the store knows of a node.
    private static final int NO_ROW = 0;
    private static final int LIVE = 1;
    private static final int LOST = 2;

    private final int writers;
    private final int nodes;
    private final Mishaps mishaps;
    private final Set<Flaw> flaws;

    ChangeLogModel(int writers, int nodes, Mishaps mishaps, Set<Flaw> flaws) {
        this.writers = writers;
        this.nodes = nodes;
        this.mishaps = mishaps;
        this.flaws = flaws;
    }

    /** One state; small numbers throughout, so that it can be compared as a string of them. */
    private final class State {
        int nextEpoch = 1;
        int nextMark = 1;
        int lockedBy = NONE;
        /** Committed entries in order: epoch, mark, writer. */
        List<int[]> log = new ArrayList<>();

        /** The log before its last commit, in case that is lost; null if none can be. */
        @Nullable
        List<int[]> logBefore;

        int revoked;
        int trims = mishaps.trims();
        int losses = mishaps.losses();
        int aborts = mishaps.aborts();
        int crashes = mishaps.crashes();
        int silences = mishaps.silences();
        final int[] writer = new int[writers];
        final int[] epoch = new int[writers];
        final int[] mark = new int[writers];

        final int[] row = new int[nodes];
        final int[] ackEpoch = new int[nodes];
        final int[] ackMark = new int[nodes];

        final boolean[] up = new boolean[nodes];
        /** Whether the node counts on its lease. */
        final boolean[] lease = new boolean[nodes];
        /** It was taken for lost and has become live again, but not read since. */
        final boolean[] behind = new boolean[nodes];
        /** The lease that it has since then runs, and it will count on it if it has read before that is over. */
        final boolean[] granted = new boolean[nodes];
        /** -1 before the first reading. */
        final int[] atEpoch = new int[nodes];

        final int[] atMark = new int[nodes];
        final int[] known = new int[nodes];
        /** What a transaction has read and the node has not applied: epoch, mark, keys; and whether it began after the node became live. */
        final int[] @Nullable [] read = new int[nodes][];

        State() {
            Arrays.fill(atEpoch, NONE);
        }

        State copy() {
            State copy = new State();
            copy.nextEpoch = nextEpoch;
            copy.nextMark = nextMark;
            copy.lockedBy = lockedBy;
            copy.log = new ArrayList<>(log);
            copy.logBefore = logBefore;
            copy.revoked = revoked;
            copy.trims = trims;
            copy.losses = losses;
            copy.aborts = aborts;
            copy.crashes = crashes;
            copy.silences = silences;
            System.arraycopy(writer, 0, copy.writer, 0, writers);
            System.arraycopy(epoch, 0, copy.epoch, 0, writers);
            System.arraycopy(mark, 0, copy.mark, 0, writers);
            System.arraycopy(row, 0, copy.row, 0, nodes);
            System.arraycopy(ackEpoch, 0, copy.ackEpoch, 0, nodes);
            System.arraycopy(ackMark, 0, copy.ackMark, 0, nodes);
            System.arraycopy(up, 0, copy.up, 0, nodes);
            System.arraycopy(lease, 0, copy.lease, 0, nodes);
            System.arraycopy(behind, 0, copy.behind, 0, nodes);
            System.arraycopy(granted, 0, copy.granted, 0, nodes);
            System.arraycopy(atEpoch, 0, copy.atEpoch, 0, nodes);
            System.arraycopy(atMark, 0, copy.atMark, 0, nodes);
            System.arraycopy(known, 0, copy.known, 0, nodes);
            System.arraycopy(read, 0, copy.read, 0, nodes);
            return copy;
        }

        /** Equal for equal states. */
        String key() {
            StringBuilder key = new StringBuilder(64);
            put(key, nextEpoch, nextMark, lockedBy, revoked, trims, losses, aborts, crashes, silences, log.size());
            log.forEach(entry -> put(key, entry));
            if (logBefore != null) {
                put(key, logBefore.size());
                logBefore.forEach(entry -> put(key, entry));
            }
            put(key, writer);
            put(key, epoch);
            put(key, mark);
            put(key, row);
            put(key, ackEpoch);
            put(key, ackMark);
            put(key, atEpoch);
            put(key, atMark);
            put(key, known);
            for (int n = 0; n < nodes; n++) {
                put(key, (up[n] ? 1 : 0) + (lease[n] ? 2 : 0) + (behind[n] ? 4 : 0) + (granted[n] ? 8 : 0));
                int[] pending = read[n];
                if (pending == null) {
                    put(key, NONE);
                } else {
                    put(key, pending);
                }
            }
            return key.toString();
        }

        private static void put(StringBuilder key, int... numbers) {
            for (int number : numbers) {
                key.append((char) (number + 1));
            }
        }

        boolean inLog(int soughtEpoch, int soughtMark) {
            return log.stream()
                    .anyMatch(entry ->
                            entry[0] == soughtEpoch && (entry[1] == soughtMark || flaws.contains(Flaw.NO_MARKS)));
        }

        int[] last() {
            return log.isEmpty() ? new int[] {0, 0} : log.getLast();
        }
    }

    Result explore() {
        State start = new State();
        Map<String, Step> reached = new HashMap<>();
        Deque<State> open = new ArrayDeque<>();
        reached.put(start.key(), new Step(null, "start"));
        open.add(start);
        int receipts = 0;
        while (!open.isEmpty()) {
            State state = open.remove();
            Step step = reached.get(state.key());
            String violation = violation(state);
            if (!violation.isEmpty()) {
                return new Result(reached.size(), receipts, violation, trace(step));
            }
            if (Arrays.stream(state.writer).anyMatch(at -> at == RECEIVED)) {
                receipts++;
            }
            for (Map.Entry<String, State> next : successors(state)) {
                if (reached.putIfAbsent(next.getValue().key(), new Step(step, next.getKey())) == null) {
                    open.add(next.getValue());
                }
            }
            if (reached.size() > MAX_STATES) {
                throw new IllegalStateException("too many states");
            }
        }
        return new Result(reached.size(), receipts, "", List.of());
    }

    private static List<String> trace(@Nullable Step last) {
        List<String> trace = new ArrayList<>();
        for (Step step = last; step != null; step = step.before()) {
            trace.add(step.what());
        }
        Collections.reverse(trace);
        return trace;
    }

    private String violation(State state) {
        for (int n = 0; n < nodes; n++) {
            int[] last = state.last();
            if (state.up[n]
                    && state.atEpoch[n] == last[0]
                    && state.atMark[n] == last[1]
                    && (state.known[n] & state.revoked) != state.revoked) {
                return "node " + n + " has come to the end of the log and does not know of a revocation";
            }
            if (state.up[n] && state.lease[n] && state.atEpoch[n] != NONE) {
                for (int w = 0; w < writers; w++) {
                    if (state.writer[w] == RECEIVED && (state.known[n] & 1 << w) == 0) {
                        return "node " + n + " admits the key of writer " + w + ", who has a receipt";
                    }
                }
            }
        }
        return "";
    }

    private List<Map.Entry<String, State>> successors(State state) {
        List<Map.Entry<String, State>> next = new ArrayList<>();
        for (int w = 0; w < writers; w++) {
            write(state, w, next);
        }
        for (int n = 0; n < nodes; n++) {
            live(state, n, next);
        }
        if (state.trims > 0 && state.log.size() > 1) {
            add(next, state, "the log is trimmed", s -> {
                s.trims--;
                s.log = new ArrayList<>(List.of(s.log.getLast()));
            });
        }
        List<int[]> before = state.logBefore;
        if (state.losses > 0 && before != null) {
            add(next, state, "the last commit is lost", s -> lose(s, before));
        }
        return next;
    }

    private static void add(List<Map.Entry<String, State>> next, State state, String what, Consumer<State> change) {
        State copy = state.copy();
        change.accept(copy);
        next.add(Map.entry(what, copy));
    }

    private void write(State state, int w, List<Map.Entry<String, State>> next) {
        boolean ordered = !flaws.contains(Flaw.NO_ORDER_OF_COMMITS);
        if (state.writer[w] == IDLE && (!ordered || state.lockedBy == NONE)) {
            add(next, state, "writer " + w + " appends", s -> {
                s.epoch[w] = s.nextEpoch++;
                s.mark[w] = s.nextMark++;
                s.writer[w] = APPENDED;
                s.lockedBy = ordered ? w : NONE;
            });
        }
        if (state.writer[w] == APPENDED) {
            add(next, state, "writer " + w + " commits", s -> {
                s.logBefore = s.losses > 0 ? List.copyOf(s.log) : null;
                s.log.add(new int[] {s.epoch[w], s.mark[w], w});
                s.log.sort((one, other) -> one[0] - other[0]);
                s.revoked |= 1 << w;
                s.writer[w] = COMMITTED;
                s.lockedBy = NONE;
            });
            if (state.aborts > 0) {
                add(next, state, "writer " + w + " aborts", s -> {
                    s.aborts--;
                    s.writer[w] = IDLE;
                    s.lockedBy = NONE;
                });
            }
        }
        if (state.writer[w] == COMMITTED && everyNodeKnows(state, w)) {
            add(next, state, "writer " + w + " has its receipt", s -> s.writer[w] = RECEIVED);
        }
    }

    private boolean everyNodeKnows(State state, int w) {
        for (int n = 0; n < nodes; n++) {
            boolean acknowledged = state.ackEpoch[n] >= state.epoch[w]
                    && (flaws.contains(Flaw.NO_MARKS_IN_RECEIPTS) || state.inLog(state.ackEpoch[n], state.ackMark[n]));
            if (state.row[n] == LIVE && !acknowledged) {
                return false;
            }
        }
        return true;
    }

    /** A failover to a copy that lacks the last commit, and what came after it: whoever made it has to do it again, under the same epoch. */
    private void lose(State s, List<int[]> before) {
        s.losses--;
        int[] lost = s.log.getLast();
        s.log = new ArrayList<>(before);
        s.logBefore = null;
        s.revoked &= ~(1 << lost[2]);
        for (int w = 0; w < writers; w++) {
            if (s.writer[w] == APPENDED || w == lost[2]) {
                s.writer[w] = IDLE;
            }
        }
        s.lockedBy = NONE;
        s.nextEpoch = lost[0];
        for (int n = 0; n < nodes; n++) {
            s.read[n] = null; // Its transaction ended with the connection.
        }
    }

    private void live(State state, int n, List<Map.Entry<String, State>> next) {
        if (!state.up[n]) {
            add(next, state, "node " + n + " starts", s -> start(s, n));
            lost(state, n, next);
            return;
        }
        boolean late = flaws.contains(Flaw.REGISTERED_AFTER_READING);
        if (late && state.row[n] == NO_ROW && state.atEpoch[n] != NONE) {
            add(next, state, "node " + n + " registers", s -> {
                s.row[n] = LIVE;
                s.ackEpoch[n] = s.atEpoch[n];
                s.ackMark[n] = s.atMark[n];
                s.lease[n] = true;
            });
            return;
        }
        if (state.read[n] == null) {
            add(next, state, "node " + n + " reads", s -> s.read[n] = reading(s, n));
        } else {
            add(next, state, "node " + n + " applies", s -> apply(s, n));
        }
        if (state.atEpoch[n] != NONE && state.row[n] != NO_ROW) {
            if (state.row[n] == LIVE
                    && (state.ackEpoch[n] != state.atEpoch[n] || state.ackMark[n] != state.atMark[n])) {
                add(next, state, "node " + n + " acknowledges", s -> {
                    s.ackEpoch[n] = s.atEpoch[n];
                    s.ackMark[n] = s.atMark[n];
                });
            }
            if (state.row[n] == LIVE && !state.lease[n] && !state.behind[n]) {
                add(next, state, "node " + n + " renews its lease", s -> {
                    s.ackEpoch[n] = s.atEpoch[n];
                    s.ackMark[n] = s.atMark[n];
                    s.lease[n] = true;
                });
            }
            if (state.row[n] == LOST) {
                add(next, state, "node " + n + " becomes live again", s -> {
                    s.row[n] = LIVE;
                    s.ackEpoch[n] = 0;
                    s.ackMark[n] = 0;
                    s.behind[n] = !flaws.contains(Flaw.NO_READING_AFTER_A_LOSS);
                    s.granted[n] = s.behind[n];
                    s.lease[n] |= !s.behind[n];
                    s.read[n] = null; // The reading that counts begins after this.
                });
            }
        }
        if ((state.lease[n] || state.granted[n]) && state.silences > 0) {
            add(next, state, "node " + n + " falls silent until its lease has run out", s -> {
                s.silences--;
                s.lease[n] = false;
                s.granted[n] = false;
            });
        }
        lost(state, n, next);
        if (state.crashes > 0) {
            add(next, state, "node " + n + " crashes", s -> {
                s.crashes--;
                s.up[n] = false;
                s.lease[n] = false;
                s.behind[n] = false;
                s.granted[n] = false;
                s.atEpoch[n] = NONE;
                s.atMark[n] = 0;
                s.known[n] = 0;
                s.read[n] = null;
            });
        }
    }

    private void lost(State state, int n, List<Map.Entry<String, State>> next) {
        boolean over = (!state.lease[n] && !state.granted[n]) || flaws.contains(Flaw.LOST_BY_A_CLOCK);
        if (state.row[n] == LIVE && over) {
            add(next, state, "node " + n + " is taken for lost", s -> s.row[n] = LOST);
        }
    }

    private void start(State s, int n) {
        boolean late = flaws.contains(Flaw.REGISTERED_AFTER_READING);
        s.up[n] = true;
        s.row[n] = late ? NO_ROW : LIVE;
        s.lease[n] = !late;
        s.ackEpoch[n] = 0;
        s.ackMark[n] = 0;
    }

    private int[] reading(State s, int n) {
        int[] last = s.last();
        boolean known = s.atEpoch[n] != NONE
                && ((s.atEpoch[n] == 0 && s.log.isEmpty())
                        || s.inLog(s.atEpoch[n], s.atMark[n])
                        || flaws.contains(Flaw.NO_RELOAD_AFTER_A_TRIM)
                        || flaws.contains(Flaw.NO_ORDER_OF_COMMITS));
        if (!known) {
            return new int[] {last[0], last[1], s.revoked};
        }
        int keys = s.known[n];
        for (int[] entry : s.log) {
            if (entry[0] > s.atEpoch[n]) {
                keys |= 1 << entry[2];
            }
        }
        return new int[] {last[0], last[1], keys};
    }

    private void apply(State s, int n) {
        int[] reading = s.read[n];
        if (reading != null) {
            s.atEpoch[n] = reading[0];
            s.atMark[n] = reading[1];
            s.known[n] = reading[2];
            s.read[n] = null;
            s.behind[n] = false;
            s.lease[n] |= s.granted[n];
            s.granted[n] = false;
        }
    }
}
