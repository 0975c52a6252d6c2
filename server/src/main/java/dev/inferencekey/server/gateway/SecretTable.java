package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.SecretDigest;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Every known secret by the number of its public id: one array, in which a secret stands at the first free place from where its number
 * sends it (open addressing with linear probing; Knuth, The Art of Computer Programming, volume 3, section 6.4, algorithm L).
 *
 * <p>Notes. A general map keeps a node and a boxed number for each secret; with a million of them each of those is a miss of the
 * processor's cache, on every request. Here a look-up touches one place of the array and the secret itself. A place once used is never
 * empty again until the array is made anew, so that a reader can't miss what stands behind it: what is removed leaves a mark, which a
 * later secret may take.
 *
 * <p>Readers take no lock. Writers have to take turns, which is their caller's business.
 */
final class SecretTable {
    private static final int SMALLEST = 16;
    /** 2³² divided by the golden ratio: spreads numbers that differ little. */
    private static final int SPREAD = 0x9e3779b9;

    /** Stands where a secret was removed; nothing else of it matters. */
    private static final KnownSecret REMOVED = new KnownSecret(
            0,
            SecretDigest.of(new byte[32]),
            "",
            "",
            Grants.ofEntireProject(),
            CredentialState.REVOKED,
            null,
            null,
            null);

    private volatile AtomicReferenceArray<@Nullable KnownSecret> places = new AtomicReferenceArray<>(SMALLEST);
    private int size;
    /** Places that are not empty, marks included; at most half of all. */
    private int used;

    /** The secret with this public id, given as the number that its 8 hex digits stand for. */
    @Nullable
    KnownSecret get(int publicId) {
        AtomicReferenceArray<@Nullable KnownSecret> array = places;
        int last = array.length() - 1;
        for (int i = start(publicId, last); ; i = i + 1 & last) {
            KnownSecret at = array.getAcquire(i);
            if (at == null || is(at, publicId)) {
                return at;
            }
        }
    }

    int size() {
        return size;
    }

    /** Puts it in the place of the one with the same public id, if there is one. */
    void put(KnownSecret secret) {
        AtomicReferenceArray<@Nullable KnownSecret> array = places;
        int last = array.length() - 1;
        int free = -1;
        for (int i = start(secret.publicId(), last); ; i = i + 1 & last) {
            KnownSecret at = array.getPlain(i);
            if (at == null) {
                add(array, free < 0 ? i : free, secret);
                return;
            }
            if (is(at, secret.publicId())) {
                array.setRelease(i, secret);
                return;
            }
            if (free < 0 && isRemoved(at)) {
                free = i;
            }
        }
    }

    private void add(AtomicReferenceArray<@Nullable KnownSecret> array, int place, KnownSecret secret) {
        boolean fresh = array.getPlain(place) == null;
        array.setRelease(place, secret);
        size++;
        if (fresh && ++used * 2 > array.length()) {
            makeAnew();
        }
    }

    /** Does nothing if there is none. */
    void remove(int publicId) {
        AtomicReferenceArray<@Nullable KnownSecret> array = places;
        int last = array.length() - 1;
        for (int i = start(publicId, last); ; i = i + 1 & last) {
            KnownSecret at = array.getPlain(i);
            if (at == null) {
                return;
            }
            if (is(at, publicId)) {
                array.setRelease(i, REMOVED);
                size--;
                return;
            }
        }
    }

    /** Without the marks, and with room for as many again. Readers go on with the former array until this one is whole. */
    private void makeAnew() {
        AtomicReferenceArray<@Nullable KnownSecret> before = places;
        int length = Math.max(SMALLEST, Integer.highestOneBit(size) * 4);
        AtomicReferenceArray<@Nullable KnownSecret> after = new AtomicReferenceArray<>(length);
        int last = length - 1;
        for (int from = 0; from < before.length(); from++) {
            KnownSecret secret = before.getPlain(from);
            if (secret != null && !isRemoved(secret)) {
                int to = start(secret.publicId(), last);
                while (after.getPlain(to) != null) {
                    to = to + 1 & last;
                }
                after.setPlain(to, secret);
            }
        }
        used = size;
        places = after;
    }

    private static int start(int publicId, int last) {
        int spread = publicId * SPREAD;
        return (spread ^ spread >>> 16) & last;
    }

    private static boolean is(KnownSecret secret, int publicId) {
        return secret.publicId() == publicId && !isRemoved(secret);
    }

    @SuppressWarnings("ReferenceEquality") // There is one mark.
    private static boolean isRemoved(KnownSecret secret) {
        return secret == REMOVED;
    }
}
