package dev.inferencekey.server.gateway;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The requests that wait for a replica: how many there may be, and how the places are shared between keys.
 *
 * <p>Notes. As long as there are places, whoever comes gets one. When all are taken, a key that holds at least two fewer than the key that
 * holds the most gets a place of that one, the one that was taken last. So a key that floods a cold workload can't keep the others out, and
 * no share is left empty for keys that never come. Those who wait are let go in turns: first the first request of each key, then the second.
 *
 * <p>Thread-safe. Not on the path of a request that finds a replica.
 */
final class HeldRequests {
    /** One request's place. */
    static final class Place {
        private final String keyId;
        private final Runnable changed;
        private final Runnable displaced;
        private long order;

        /**
         * @param changed called, on any thread, when what serves the workload has changed
         * @param displaced called, on any thread and at most once, when the place has been given to another key
         */
        Place(String keyId, Runnable changed, Runnable displaced) {
            this.keyId = keyId;
            this.changed = changed;
            this.displaced = displaced;
        }

        String keyId() {
            return keyId;
        }

        void tellOfChange() {
            changed.run();
        }
    }

    private final Map<String, ArrayDeque<Place>> byKey = new HashMap<>();
    // Guarded by this, as all below.
    private int most;
    private int held;
    private long orders;

    HeldRequests(int most) {
        this.most = most;
    }

    /** From now on there are so many places; whoever waits keeps theirs. */
    synchronized void most(int places) {
        most = places;
    }

    /** Takes a place, to be given back with {@link #leave}; false if there is none. */
    boolean enter(Place place) {
        Place displaced = null;
        synchronized (this) {
            ArrayDeque<Place> own = byKey.get(place.keyId);
            int ownSize = own == null ? 0 : own.size();
            if (held >= most) {
                ArrayDeque<Place> largest = largest();
                if (largest == null || largest.size() <= ownSize + 1) {
                    return false;
                }
                displaced = largest.removeLast();
                held--;
            }
            place.order = orders++;
            byKey.computeIfAbsent(place.keyId, _ -> new ArrayDeque<>(2)).add(place);
            held++;
        }
        if (displaced != null) {
            displaced.displaced.run();
        }
        return true;
    }

    /** Gives a place back; nothing happens if it is not held any more. */
    synchronized void leave(Place place) {
        ArrayDeque<Place> own = byKey.get(place.keyId);
        if (own != null && own.remove(place)) {
            held--;
            if (own.isEmpty()) {
                byKey.remove(place.keyId);
            }
        }
    }

    synchronized int count() {
        return held;
    }

    private @Nullable ArrayDeque<Place> largest() {
        ArrayDeque<Place> largest = null;
        for (ArrayDeque<Place> places : byKey.values()) {
            if (largest == null || places.size() > largest.size()) {
                largest = places;
            }
        }
        return largest;
    }

    /** In the order in which they are to be let go: keys take turns, and each key's own requests keep theirs. */
    static List<Place> inTurns(Collection<Place> places) {
        List<Place> byAge = new ArrayList<>(places);
        byAge.sort(Comparator.comparingLong(place -> place.order));
        Map<String, Integer> turns = new HashMap<>();
        record Turn(int turn, Place place) {}
        List<Turn> all = new ArrayList<>(byAge.size());
        for (Place place : byAge) {
            all.add(new Turn(turns.merge(place.keyId, 1, Integer::sum), place));
        }
        all.sort(Comparator.comparingInt(Turn::turn)); // Stable: within a turn, by age.
        return all.stream().map(Turn::place).toList();
    }
}
