package dev.inferencekey.server.gateway;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Every known secret by the number of its public id. Immutable: a change makes a new table, which shares nearly everything with the one
 * before.
 *
 * <p>Notes. Extendible hashing (Fagin, Nievergelt, Pippenger and Strong, 1979): the first bits of a number's hash choose a place of the
 * directory, which leads to a small array, in which a secret stands at the first free place from where the rest of its hash sends it (open
 * addressing with linear probing). Neighbouring places of the directory share an array until it is full; then that one is split, and
 * the directory doubled if nothing shared it. So changing one of a million secrets copies the directory and one array, some 30 KiB, and a look-up
 * touches one place of each and the secret itself: no nodes, no boxed numbers, each of which would be a miss of the processor's cache.
 */
final class SecretTable {
    /** Of one array; a power of two. It is split when it is two thirds full. */
    private static final int MAX_PLACES = 512;

    private static final int MIN_PLACES = 4;
    private static final @Nullable KnownSecret[] NONE = new KnownSecret[1];

    static final SecretTable EMPTY = new SecretTable(new @Nullable KnownSecret[][] {NONE, NONE}, 0);

    /** Its length is a power of two, at least 2. Each array in it has a power of two of places, at least one of them free. */
    private final @Nullable KnownSecret[][] directory;

    /** What leaves of a hash the bits that choose a place of the directory. */
    private final int shift;

    private final int size;

    private SecretTable(@Nullable KnownSecret[][] directory, int size) {
        this.directory = directory;
        this.shift = shift(directory);
        this.size = size;
    }

    /** The secret with this public id, given as the number that its 8 hex digits stand for. */
    @Nullable
    KnownSecret get(int publicId) {
        int hash = hash(publicId);
        @Nullable KnownSecret[] places = directory[hash >>> shift];
        int last = places.length - 1;
        for (int i = hash & last; ; i = i + 1 & last) {
            KnownSecret at = places[i];
            if (at == null || at.publicId() == publicId) {
                return at;
            }
        }
    }

    int size() {
        return size;
    }

    /** A table that begins as this one and can be changed until it is {@linkplain Change#done done}. */
    Change change() {
        return new Change(this);
    }

    private static int shift(@Nullable KnownSecret[][] directory) {
        return Integer.SIZE - Integer.numberOfTrailingZeros(directory.length);
    }

    /** Spreads numbers that differ little, and no two to one (the last steps of MurmurHash3). */
    private static int hash(int publicId) {
        int hash = publicId;
        hash = (hash ^ hash >>> 16) * 0x85ebca6b;
        hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
        return hash ^ hash >>> 16;
    }

    /** A table in the making. Used by one thread. */
    static final class Change {
        private @Nullable KnownSecret[][] directory;
        private boolean ownsDirectory;
        /** Arrays that no table has yet. */
        private final Set<@Nullable KnownSecret[]> own = Collections.newSetFromMap(new IdentityHashMap<>());

        private int size;

        private Change(SecretTable before) {
            directory = before.directory;
            size = before.size;
        }

        @Nullable
        KnownSecret get(int publicId) {
            int hash = hash(publicId);
            @Nullable KnownSecret[] places = directory[hash >>> shift(directory)];
            return places[place(places, hash, publicId)];
        }

        /** Puts it in the place of the one with the same public id, if there is one. */
        void put(KnownSecret secret) {
            int hash = hash(secret.publicId());
            @Nullable KnownSecret[] places = owned(hash);
            int at = place(places, hash, secret.publicId());
            if (places[at] == null) {
                places = withRoom(places, hash);
                at = place(places, hash, secret.publicId());
                size++;
            }
            places[at] = secret;
        }

        /** Does nothing if there is none. */
        void remove(int publicId) {
            int hash = hash(publicId);
            if (get(publicId) == null) {
                return;
            }
            @Nullable KnownSecret[] places = owned(hash);
            places[place(places, hash, publicId)] = null;
            size--;
            // What was sent past the place that is free now would not be found any more.
            replace(hash, places, copy(places, places.length));
        }

        SecretTable done() {
            own.clear();
            ownsDirectory = false;
            return new SecretTable(directory, size);
        }

        /** The place of the secret with this public id, or the free one where it would stand. */
        private static int place(@Nullable KnownSecret[] places, int hash, int publicId) {
            int last = places.length - 1;
            int i = hash & last;
            for (KnownSecret at = places[i]; at != null && at.publicId() != publicId; at = places[i]) {
                i = i + 1 & last;
            }
            return i;
        }

        private @Nullable KnownSecret[] owned(int hash) {
            @Nullable KnownSecret[] places = directory[hash >>> shift(directory)];
            if (own.contains(places)) {
                return places;
            }
            @Nullable KnownSecret[] mine = places.clone();
            replace(hash, places, mine);
            return mine;
        }

        /** An array of the directory's in which one more has room; other ones may have got another array by this. */
        private @Nullable KnownSecret[] withRoom(@Nullable KnownSecret[] full, int hash) {
            @Nullable KnownSecret[] places = full;
            while (count(places) + 1 > places.length * 2 / 3) {
                if (places.length < MAX_PLACES) {
                    @Nullable KnownSecret[] larger = copy(places, Math.max(MIN_PLACES, places.length * 2));
                    replace(hash, places, larger);
                    places = larger;
                } else {
                    split(hash, places);
                    places = directory[hash >>> shift(directory)];
                }
            }
            return places;
        }

        /** Shares what stands in the array out between two by the next bit of the hash. */
        @SuppressWarnings("ReferenceEquality") // Whether it is the same array.
        private void split(int hash, @Nullable KnownSecret[] full) {
            int at = hash >>> shift(directory);
            if (directory[at ^ 1] != full) {
                @Nullable KnownSecret[][] larger = new @Nullable KnownSecret[directory.length * 2][];
                for (int i = 0; i < larger.length; i++) {
                    larger[i] = directory[i / 2];
                }
                directory = larger;
                ownsDirectory = true;
                at = hash >>> shift(directory);
            }
            int span = span(at, full);
            int first = at & -span;
            @Nullable KnownSecret[] lower = new KnownSecret[full.length];
            @Nullable KnownSecret[] upper = new KnownSecret[full.length];
            for (KnownSecret secret : full) {
                if (secret != null) {
                    int itsHash = hash(secret.publicId());
                    boolean above = (itsHash >>> shift(directory) & span / 2) != 0;
                    @Nullable KnownSecret[] half = above ? upper : lower;
                    half[place(half, itsHash, secret.publicId())] = secret;
                }
            }
            own.remove(full);
            own.add(lower);
            own.add(upper);
            Arrays.fill(directory, first, first + span / 2, lower);
            Arrays.fill(directory, first + span / 2, first + span, upper);
        }

        /** How many places of the directory share this array: a power of two, and they begin at a multiple of it. */
        @SuppressWarnings("ReferenceEquality") // Whether it is the same array.
        private int span(int at, @Nullable KnownSecret[] places) {
            int span = 1;
            while (span < directory.length && directory[at ^ span] == places) {
                span *= 2;
            }
            return span;
        }

        private void replace(int hash, @Nullable KnownSecret[] before, @Nullable KnownSecret[] after) {
            if (!ownsDirectory) {
                directory = directory.clone();
                ownsDirectory = true;
            }
            int at = hash >>> shift(directory);
            int span = span(at, before);
            Arrays.fill(directory, at & -span, (at & -span) + span, after);
            own.remove(before);
            own.add(after);
        }

        private static int count(@Nullable KnownSecret[] places) {
            int count = 0;
            for (KnownSecret secret : places) {
                count += secret == null ? 0 : 1;
            }
            return count;
        }

        private static @Nullable KnownSecret[] copy(@Nullable KnownSecret[] places, int length) {
            @Nullable KnownSecret[] copy = new KnownSecret[length];
            for (KnownSecret secret : places) {
                if (secret != null) {
                    copy[place(copy, hash(secret.publicId()), secret.publicId())] = secret;
                }
            }
            return copy;
        }
    }
}
