package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.ports.access.AccessTableWriter;
import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.access.EndpointEntry;
import dev.inferencekey.server.ports.access.KeyEntry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the data plane decides by, in memory: keys by the public id of each secret, endpoints by their two slugs, and what
 * serves them.
 *
 * <p>Thread-safe. Readers take no lock. Writers take turns on one lock; the maps of the current state change in place, and {@link #load}
 * puts a whole new state in their stead. Invariant: {@code secrets} holds those that {@code keys} lists, and an endpoint in {@code byName}
 * is the one in {@code endpoints} with the same workload id.
 */
public final class AccessTable implements AccessTableWriter {
    /** Of each kind; where nearly every key has grants of its own, there is nothing to share. */
    private static final int MOST_SHARED = 10_000;

    private final Object lock = new Object();
    private volatile State state = new State();
    private volatile boolean loaded;
    private volatile boolean following = true;
    private volatile long epoch;
    /** Every replica that serves, or that served and still has requests under way, by id. */
    private final ConcurrentHashMap<String, Replica> replicas = new ConcurrentHashMap<>();

    /** Backends that were told before their endpoint was. */
    private final Map<String, Backends> early = new HashMap<>();

    private static final class State {
        final SecretTable secrets = new SecretTable();
        /** By key id. */
        final Map<String, List<KnownSecret>> keys = new HashMap<>();
        /** One of each that are equal, for keys to share. */
        final Map<String, String> projectSlugs = new HashMap<>();

        final Map<Grants, Grants> grants = new HashMap<>();
        /** Of the keys that are limited, by key id. */
        final Map<String, Limiter> limiters = new HashMap<>();

        final ConcurrentHashMap<String, ConcurrentHashMap<String, Endpoint>> byName = new ConcurrentHashMap<>();
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

    /** The secret with this public id, given as the number that its 8 hex digits stand for. */
    @Nullable
    KnownSecret secret(int publicId) {
        return state.secrets.get(publicId);
    }

    @Nullable
    Endpoint endpoint(String projectSlug, String workloadSlug) {
        ConcurrentHashMap<String, Endpoint> ofProject = state.byName.get(projectSlug);
        return ofProject == null ? null : ofProject.get(workloadSlug);
    }

    @Override
    public void load(long reachedEpoch, Consumer<Snapshot> snapshot) {
        synchronized (lock) {
            State before = state;
            State next = new State();
            snapshot.accept(new Snapshot() {
                @Override
                public void key(KeyEntry key) {
                    put(next, before.limiters.get(key.keyId()), key);
                }

                @Override
                public void endpoint(EndpointEntry entry) {
                    put(next, before.endpoints.get(entry.workloadId()), entry);
                }
            });
            state = next;
            epoch = reachedEpoch;
            loaded = true;
            before.endpoints.forEach((workloadId, endpoint) -> {
                if (!next.endpoints.containsKey(workloadId)) {
                    endpoint.remove();
                }
            });
        }
    }

    @Override
    public void putKey(KeyEntry key) {
        synchronized (lock) {
            put(state, state.limiters.get(key.keyId()), key);
        }
    }

    @Override
    public void removeKey(String keyId) {
        synchronized (lock) {
            List<KnownSecret> known = state.keys.remove(keyId);
            state.limiters.remove(keyId);
            if (known != null) {
                known.forEach(secret -> forget(state, secret));
            }
        }
    }

    @Override
    public void putEndpoint(EndpointEntry entry) {
        synchronized (lock) {
            put(state, state.endpoints.get(entry.workloadId()), entry);
        }
    }

    @Override
    public void removeEndpoint(String workloadId) {
        synchronized (lock) {
            early.remove(workloadId);
            Endpoint known = state.endpoints.remove(workloadId);
            if (known != null) {
                forgetName(state, known, known.entry());
                // First: whoever waits is then told that the workload is gone, not that it has failed.
                known.remove();
                serve(known, new Backends.Failed());
            }
        }
    }

    @Override
    public void setBackends(String workloadId, Backends backends) {
        synchronized (lock) {
            Endpoint known = state.endpoints.get(workloadId);
            if (known == null) {
                early.put(workloadId, backends);
            } else {
                serve(known, backends);
            }
        }
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
    public void reached(long reachedEpoch) {
        synchronized (lock) {
            epoch = Math.max(epoch, reachedEpoch);
        }
    }

    @Override
    public long epoch() {
        return epoch;
    }

    private static void put(State target, @Nullable Limiter known, KeyEntry key) {
        Limiter limiter = limiter(target, known, key);
        String projectSlug = shared(target.projectSlugs, key.projectSlug());
        Grants grants = shared(target.grants, key.grants());
        List<KnownSecret> secrets = key.secrets().stream()
                .map(secret -> KnownSecret.of(key, secret, projectSlug, grants, limiter))
                .toList();
        List<KnownSecret> before = target.keys.put(key.keyId(), secrets);
        secrets.forEach(target.secrets::put);
        if (before != null) {
            for (KnownSecret secret : before) {
                if (secrets.stream().noneMatch(kept -> kept.publicId() == secret.publicId())) {
                    forget(target, secret);
                }
            }
        }
    }

    private static <T> T shared(Map<T, T> known, T value) {
        T same = known.get(value);
        if (same != null) {
            return same;
        }
        if (known.size() < MOST_SHARED) {
            known.put(value, value);
        }
        return value;
    }

    /**
     * The key's limiter, which goes on counting from where {@code known} is; null if the key is not limited. One that was limited keeps
     * its limiter, so that taking limits off and setting them again gives no new minute.
     */
    private static @Nullable Limiter limiter(State target, @Nullable Limiter known, KeyEntry key) {
        boolean unlimited = key.limits().unlimited();
        if (unlimited && known == null) {
            return null;
        }
        Limiter limiter = known == null ? Limiter.ofKey(key.limits()) : known;
        limiter.change(key.limits());
        target.limiters.put(key.keyId(), limiter);
        return unlimited ? null : limiter;
    }

    /** Unless another key has taken its public id over. */
    private static void forget(State target, KnownSecret secret) {
        KnownSecret present = target.secrets.get(secret.publicId());
        if (present != null && present.keyId().equals(secret.keyId())) {
            target.secrets.remove(secret.publicId());
        }
    }

    private void put(State target, @Nullable Endpoint known, EndpointEntry entry) {
        Endpoint endpoint = known == null ? new Endpoint(entry) : known;
        EndpointEntry before = endpoint.entry();
        if (known == null) {
            Backends told = early.remove(entry.workloadId());
            if (told != null) {
                serve(endpoint, told);
            }
        } else {
            known.update(entry);
        }
        target.endpoints.put(entry.workloadId(), endpoint);
        target.byName
                .computeIfAbsent(entry.projectSlug(), _ -> new ConcurrentHashMap<>())
                .put(entry.workloadSlug(), endpoint);
        if (!before.projectSlug().equals(entry.projectSlug())
                || !before.workloadSlug().equals(entry.workloadSlug())) {
            forgetName(target, endpoint, before);
        }
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

    private static void forgetName(State target, Endpoint endpoint, EndpointEntry entry) {
        target.byName.computeIfPresent(entry.projectSlug(), (_, ofProject) -> {
            ofProject.remove(entry.workloadSlug(), endpoint);
            return ofProject.isEmpty() ? null : ofProject;
        });
    }
}
