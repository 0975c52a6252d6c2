package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.limit.SharedLimit;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** How the limits of keys and workloads, by their ids, are divided among nodes. */
public interface LimitSliceStore {
    /**
     * How these are divided now, {@link SharedLimit#NONE} where nothing is known. Nobody else changes them before the transaction ends, also in
     * one that {@link Store#append appends}.
     */
    Map<String, SharedLimit> lock(Collection<String> subjects);

    /** Replaces what was locked; those that are empty are forgotten. */
    void put(Map<String, SharedLimit> limits);

    /** Some of those of which a node has less than it needs. */
    Map<String, SharedLimit> wanting(int most);

    /** The subjects that follow this one, in their order. */
    List<String> after(String subject, int most);
}
