package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.ports.access.AccessTableWriter;
import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.access.EndpointEntry;
import dev.inferencekey.server.ports.access.KeyEntry;
import dev.inferencekey.server.ports.limit.LimitSlices;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the data plane decides by, in memory: keys by the public id of each secret, endpoints by their two slugs, and what
 * serves them.
 *
 * <p>Thread-safe. Readers take no lock: they look into an immutable image, and each batch of changes is one new image, which shares with
 * the one before what it does not change. So a request sees all of what was changed together, or none of it. Writers take turns on one lock.
 */
public final class AccessTable implements AccessTableWriter {
    /** Of each kind; where nearly every key has grants of its own, there is nothing to share. */
    private static final int MAX_SHARED = 10_000;

    private final Object lock = new Object();
    private volatile Image image = Image.EMPTY;
    private volatile boolean loaded;
    private volatile boolean following = true;
    private volatile long admitUntil = ALWAYS;
    /** Every replica that serves, or that served and still has requests under way, by id. */
    private final ConcurrentHashMap<String, Replica> replicas = new ConcurrentHashMap<>();

    // Guarded by the lock, and of no concern to readers.

    private Index index = new Index();
    private final Limiter.Maker limiters;

    /** The table of a node that is alone: each limit is its own as a whole. */
    public AccessTable() {
        this.limiters = Limiter.Maker.ALONE;
    }

    /** The table of a node that shares limits with others; {@code slices} is where it gets its part of them. */
    public AccessTable(LimitSlices slices) {
        this.limiters = new Limiter.Maker(slices);
    }

    /** What readers see. */
    private record Image(long epoch, SecretTable secrets, NameTable names) {
        static final Image EMPTY = new Image(0, SecretTable.EMPTY, NameTable.EMPTY);
    }

    /** How writers find what is in the image. */
    private static final class Index {
        /** By key id. */
        final Map<String, List<KnownSecret>> keys = new HashMap<>();
        /** One of each that are equal, for keys to share. */
        final Map<String, String> projectSlugs = new HashMap<>();

        final Map<Grants, Grants> grants = new HashMap<>();
        /** Of the keys that are limited, by key id. */
        final Map<String, Limiter> limiters = new HashMap<>();

        final Map<String, Endpoint> endpoints = new HashMap<>();
    }

    /** Whether a first snapshot has been taken in. Before that, no key can be told from a wrong one. */
    public boolean loaded() {
        return loaded;
    }

    /** Whether a key that is not here is a wrong one; else it may be one that could not be read yet. */
    boolean knowsEveryKey() {
        return loaded && following;
    }

    @Override
    public void following(boolean follows) {
        following = follows;
    }

    @Override
    public void admitUntil(long tick) {
        admitUntil = tick;
    }

    /** Whether requests are admitted on what is known. */
    public boolean admits(LongSupplier ticker) {
        long until = admitUntil;
        return until == ALWAYS || until - ticker.getAsLong() > 0;
    }

    /** The secret with this public id, given as the number that its 8 hex digits stand for. */
    @Nullable
    KnownSecret secret(int publicId) {
        return image.secrets().get(publicId);
    }

    @Nullable
    Endpoint endpoint(String projectSlug, String workloadSlug) {
        return image.names().get(projectSlug, workloadSlug);
    }

    @Override
    public void load(long epoch, Consumer<Snapshot> snapshot) {
        synchronized (lock) {
            Index before = index;
            Index next = new Index();
            Batch batch = new Batch(next, Image.EMPTY);
            snapshot.accept(new Snapshot() {
                @Override
                public void key(KeyEntry key) {
                    batch.put(before.limiters.get(key.keyId()), key);
                }

                @Override
                public void endpoint(EndpointEntry entry) {
                    batch.put(before.endpoints.get(entry.workloadId()), entry);
                }
            });
            index = next;
            before.endpoints.forEach((workloadId, endpoint) -> {
                if (!next.endpoints.containsKey(workloadId)) {
                    batch.gone(endpoint);
                }
            });
            batch.swap(epoch);
            loaded = true;
        }
    }

    @Override
    public void apply(long epoch, Consumer<Changes> changes) {
        synchronized (lock) {
            Batch batch = new Batch(index, image);
            changes.accept(batch);
            batch.swap(epoch);
        }
    }

    @Override
    public void setBackends(String workloadId, Backends backends) {
        synchronized (lock) {
            Endpoint known = index.endpoints.get(workloadId);
            if (known != null) {
                serve(known, backends);
            }
        }
    }

    /** One that serves, or that served and still has requests under way; null if there is no such replica. */
    @Nullable
    Replica replica(String replicaId) {
        return replicas.get(replicaId);
    }

    @Override
    public int outstanding(String replicaId) {
        Replica replica = replicas.get(replicaId);
        if (replica == null) {
            return 0;
        }
        // Asked for before it is forgotten: one that is retired gets no further request.
        boolean retired = replica.retired();
        int outstanding = replica.outstanding();
        if (retired && outstanding == 0) {
            replicas.remove(replicaId, replica);
        }
        return outstanding;
    }

    @Override
    public long epoch() {
        return image.epoch();
    }

    /** The next image in the making. Used under the lock, by one thread. */
    private final class Batch implements Changes {
        private final Index index;
        private final SecretTable.Change secrets;
        private final NameTable.Change names;
        /** What is to be done once the image is in force. */
        private final List<Runnable> then = new ArrayList<>();

        Batch(Index index, Image before) {
            this.index = index;
            this.secrets = before.secrets().change();
            this.names = before.names().change();
        }

        void swap(long epoch) {
            image = new Image(epoch, secrets.done(), names.done());
            then.forEach(Runnable::run);
        }

        @Override
        public void putKey(KeyEntry key) {
            put(index.limiters.get(key.keyId()), key);
        }

        void put(@Nullable Limiter known, KeyEntry key) {
            Limiter limiter = limiter(known, key);
            String projectSlug = shared(index.projectSlugs, key.projectSlug());
            Grants grants = shared(index.grants, key.grants());
            List<KnownSecret> now = key.secrets().stream()
                    .map(secret -> KnownSecret.of(key, secret, projectSlug, grants, limiter))
                    .toList();
            List<KnownSecret> before = index.keys.put(key.keyId(), now);
            now.forEach(secrets::put);
            if (before != null) {
                for (KnownSecret secret : before) {
                    if (now.stream().noneMatch(kept -> kept.publicId() == secret.publicId())) {
                        forget(secret);
                    }
                }
            }
        }

        /**
         * The key's limiter, which goes on counting from where {@code known} is; null if the key is not limited. One that was limited keeps
         * its limiter, so that taking limits off and setting them again gives no new minute.
         */
        private @Nullable Limiter limiter(@Nullable Limiter known, KeyEntry key) {
            boolean unlimited = key.limits().unlimited();
            if (unlimited && known == null) {
                return null;
            }
            Limiter limiter = known == null ? limiters.ofKey(key.keyId(), key.limits()) : known;
            if (known != null) {
                then.add(() -> known.change(key.limits()));
            }
            index.limiters.put(key.keyId(), limiter);
            return unlimited ? null : limiter;
        }

        @Override
        public void removeKey(String keyId) {
            List<KnownSecret> known = index.keys.remove(keyId);
            index.limiters.remove(keyId);
            if (known != null) {
                known.forEach(this::forget);
            }
        }

        /** Unless another key has taken its public id over. */
        private void forget(KnownSecret secret) {
            KnownSecret present = secrets.get(secret.publicId());
            if (present != null && present.keyId().equals(secret.keyId())) {
                secrets.remove(secret.publicId());
            }
        }

        @Override
        public void putEndpoint(EndpointEntry entry) {
            put(index.endpoints.get(entry.workloadId()), entry);
        }

        void put(@Nullable Endpoint known, EndpointEntry entry) {
            Endpoint endpoint = known == null ? new Endpoint(entry, limiters) : known.changed(entry);
            if (known != null) {
                forgetName(known);
                then.add(endpoint::inForce);
            }
            index.endpoints.put(entry.workloadId(), endpoint);
            names.put(entry.projectSlug(), entry.workloadSlug(), endpoint);
        }

        @Override
        public void removeEndpoint(String workloadId) {
            Endpoint known = index.endpoints.remove(workloadId);
            if (known != null) {
                forgetName(known);
                gone(known);
            }
        }

        void gone(Endpoint endpoint) {
            then.add(() -> {
                // First: whoever waits is then told that the workload is gone, not that it has failed.
                endpoint.remove();
                serve(endpoint, new Backends.Failed());
            });
        }

        /** Unless another workload has taken its name over. */
        private void forgetName(Endpoint endpoint) {
            EndpointEntry entry = endpoint.entry();
            Endpoint present = names.get(entry.projectSlug(), entry.workloadSlug());
            if (present != null && present.entry().workloadId().equals(entry.workloadId())) {
                names.remove(entry.projectSlug(), entry.workloadSlug());
            }
        }
    }

    private static <T> T shared(Map<T, T> known, T value) {
        T same = known.get(value);
        if (same != null) {
            return same;
        }
        if (known.size() < MAX_SHARED) {
            known.put(value, value);
        }
        return value;
    }

    private void serve(Endpoint endpoint, Backends backends) {
        List<Replica> before = endpoint.serving().replicas();
        endpoint.setBackends(backends);
        List<Replica> after = endpoint.serving().replicas();
        after.forEach(replica -> replicas.put(replica.target().replicaId(), replica));
        for (Replica replica : before) {
            if (!after.contains(replica)) {
                replica.retire();
                if (replica.outstanding() == 0) {
                    replicas.remove(replica.target().replicaId(), replica);
                }
            }
        }
    }
}
