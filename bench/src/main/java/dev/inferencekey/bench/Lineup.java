package dev.inferencekey.bench;

import dev.inferencekey.bench.contender.Bench;
import dev.inferencekey.bench.contender.Contender;
import dev.inferencekey.bench.contender.Running;
import dev.inferencekey.bench.load.Readiness;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** All contenders that take part, started and checked. */
final class Lineup implements AutoCloseable {
    private final List<Running> running = new ArrayList<>();
    private final Set<String> warmingUp = new HashSet<>();

    /** Starts one after the other; nothing is left running if one fails. */
    static Lineup start(List<Contender> contenders, Bench bench) {
        Lineup lineup = new Lineup();
        try (Readiness readiness = new Readiness()) {
            for (Contender contender : contenders) {
                Running started = contender.start(bench);
                lineup.running.add(started);
                if (contender.warmsUp()) {
                    lineup.warmingUp.add(contender.name());
                }
                readiness.require(contender, started);
            }
            return lineup;
        } catch (RuntimeException | Error e) {
            lineup.close();
            throw e;
        }
    }

    /** All of them, each round beginning with another one, so that none always follows the same. */
    List<Running> inOrderOf(int round) {
        List<Running> order = new ArrayList<>(running);
        Collections.rotate(order, -round % order.size());
        return order;
    }

    /** Whether it gets faster while it runs. */
    boolean warmsUp(Running one) {
        return warmingUp.contains(one.name());
    }

    @Override
    public void close() {
        running.forEach(Running::close);
    }
}
