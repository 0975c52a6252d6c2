package dev.inferencekey.bench.figure;

import dev.inferencekey.bench.contender.Running;
import dev.inferencekey.bench.report.Scoreboard;

/** Something that is measured once in each round for each contender, while all of them run and only one is asked. */
public interface Measurement {
    /** As on the command line. */
    String name();

    /** Measures one contender and writes down what it saw. */
    void measure(Running running, int round, Scoreboard board);
}
