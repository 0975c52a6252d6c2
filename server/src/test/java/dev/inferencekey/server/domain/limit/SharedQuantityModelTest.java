package dev.inferencekey.server.domain.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * Every order in which two nodes can use, free, ask, hear, miss answers and die, for a limit of two: messages come in any order, once or
 * never.
 */
final class SharedQuantityModelTest {
    private static final int LIMIT = 2;
    /** How many messages each may send: one can get a slice, and then have two that overtake each other. */
    private static final int[] TURNS = {3, 1};

    private static final long MINUTE_IS_OVER = SharedQuantity.GONE_COUNTS_MICROS;

    private record Message(long turn, SliceAsk ask) {}

    private record Answer(long turn, long held) {}

    /** {@code turn} is that of its last message; {@code overAt} whether the minute after its death is over. */
    private record Node(
            long held, int used, long turn, List<Message> underWay, List<Answer> answers, boolean dead, boolean over) {
        Node with(long held, int used) {
            return new Node(held, used, turn, underWay, answers, dead, over);
        }

        Node asks(long keeps, long wants) {
            SliceAsk ask = new SliceAsk(LIMIT, keeps, wants, wants, used, 0);
            return new Node(keeps, used, turn + 1, plus(underWay, new Message(turn + 1, ask)), answers, dead, over);
        }

        Node delivered(Message message, List<Answer> known) {
            return new Node(held, used, turn, minus(underWay, message), known, dead, over);
        }

        Node hears(Answer answer) {
            long now = answer.turn == turn ? answer.held : held;
            return new Node(now, used, turn, underWay, minus(answers, answer), dead, over);
        }

        Node dies(boolean itsRequestsEnd) {
            return new Node(0, itsRequestsEnd ? 0 : used, turn, underWay, List.of(), true, false);
        }

        Node minuteIsOver() {
            return new Node(0, 0, turn, underWay, List.of(), true, true);
        }
    }

    private record State(SharedQuantity kept, List<Node> nodes) {
        State with(int i, Node node) {
            return with(kept, i, node);
        }

        State with(SharedQuantity after, int i, Node node) {
            List<Node> all = new ArrayList<>(nodes);
            all.set(i, node);
            return new State(after, List.copyOf(all));
        }

        int used() {
            return nodes.stream().mapToInt(Node::used).sum();
        }

        NodeLeases leases() {
            Set<String> live = new HashSet<>();
            Map<String, Long> lost = new HashMap<>();
            boolean over = false;
            for (int i = 0; i < nodes.size(); i++) {
                if (nodes.get(i).dead) {
                    lost.put(name(i), 0L);
                    over |= nodes.get(i).over;
                } else {
                    live.add(name(i));
                }
            }
            return new NodeLeases(over ? MINUTE_IS_OVER : 1, live, lost);
        }
    }

    private static String name(int i) {
        return i == 0 ? "a" : "b";
    }

    private static <T> List<T> plus(List<T> list, T one) {
        List<T> more = new ArrayList<>(list);
        more.add(one);
        return List.copyOf(more);
    }

    private static <T> List<T> minus(List<T> list, T one) {
        List<T> less = new ArrayList<>(list);
        less.remove(one);
        return List.copyOf(less);
    }

    private static List<State> next(State state, Shortage.Kind kind) {
        List<State> next = new ArrayList<>();
        boolean oneIsDead = state.nodes.stream().anyMatch(Node::dead);
        for (int i = 0; i < state.nodes.size(); i++) {
            Node node = state.nodes.get(i);
            for (Message message : node.underWay) {
                if (node.dead) {
                    continue; // Its lease is looked at in the same transaction.
                }
                SharedQuantity.Exchanged exchanged =
                        state.kept.exchange(name(i), message.turn, message.ask, kind, state.leases());
                SliceReply reply = exchanged.reply();
                next.add(state.with(
                        exchanged.next(),
                        i,
                        node.delivered(
                                message,
                                reply == null
                                        ? node.answers
                                        : plus(node.answers, new Answer(message.turn, reply.held())))));
            }
            if (node.dead) {
                if (!node.over && kind != Shortage.Kind.CONCURRENT_REQUESTS) {
                    next.add(state.with(i, node.minuteIsOver()));
                }
                continue;
            }
            if (node.used < node.held) {
                next.add(state.with(i, node.with(node.held, node.used + 1)));
            }
            if (node.used > 0) {
                next.add(state.with(i, node.with(node.held, node.used - 1)));
            }
            for (Answer answer : node.answers) {
                next.add(state.with(i, node.hears(answer)));
            }
            if (node.turn < TURNS[i]) {
                for (long keeps = node.used; keeps <= Math.max(node.used, node.held); keeps++) {
                    next.add(state.with(i, node.asks(Math.min(keeps, node.held), keeps)));
                    next.add(state.with(i, node.asks(Math.min(keeps, node.held), LIMIT)));
                }
            }
            if (!oneIsDead) {
                next.add(state.with(i, node.dies(kind == Shortage.Kind.CONCURRENT_REQUESTS)));
            }
        }
        return next;
    }

    @ParameterizedTest
    @EnumSource(
            value = Shortage.Kind.class,
            names = {"REQUESTS", "CONCURRENT_REQUESTS"},
            mode = Mode.INCLUDE)
    void inNoOrderOfEventsIsMoreInUseThanTheLimit(Shortage.Kind kind) {
        Node idle = new Node(0, 0, 0, List.of(), List.of(), false, false);
        State start = new State(SharedQuantity.NONE, List.of(idle, idle));
        Set<State> seen = new HashSet<>(Set.of(start));
        Deque<State> open = new ArrayDeque<>(seen);
        boolean allInUse = false;
        while (!open.isEmpty()) {
            State state = open.remove();
            assertThat(state.used()).as("%s", state).isLessThanOrEqualTo(LIMIT);
            allInUse |= state.used() == LIMIT;
            for (State after : next(state, kind)) {
                if (seen.add(after)) {
                    open.add(after);
                }
            }
        }
        assertThat(allInUse).isTrue();
        assertThat(seen.size()).isGreaterThan(10_000);
    }
}
