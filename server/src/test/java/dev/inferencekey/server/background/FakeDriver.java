package dev.inferencekey.server.background;

import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import dev.inferencekey.server.ports.runtime.RuntimeDriver;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Replicas that do what a test says. Thread-safe. */
final class FakeDriver implements RuntimeDriver {
    private final List<FakeReplica> started = new CopyOnWriteArrayList<>();
    private volatile boolean broken;

    @Override
    public Set<String> backends() {
        return Set.of("simulator", "external");
    }

    @Override
    public Replica start(ReplicaSpec spec, Runnable onChange) {
        if (broken) {
            throw new IllegalArgumentException("broken driver");
        }
        FakeReplica replica = new FakeReplica(spec, onChange);
        started.add(replica);
        return replica;
    }

    void breakDown() {
        broken = true;
    }

    /** One that no driver has started. */
    static FakeReplica unknownReplica() {
        return new FakeReplica(
                new ReplicaSpec("rep_none", "acme/none", TaskType.TEXT2TEXT, "simulator", "none", Map.of(), null),
                () -> {});
    }

    List<FakeReplica> all() {
        return List.copyOf(started);
    }

    List<FakeReplica> running() {
        return started.stream().filter(replica -> !replica.stopped).toList();
    }

    FakeReplica latest() {
        return started.getLast();
    }

    @Override
    public void close() {
        started.forEach(FakeReplica::stop);
    }

    static final class FakeReplica implements Replica {
        private final ReplicaSpec spec;
        private final Runnable onChange;
        private volatile ReplicaStatus status = new ReplicaStatus.Starting("process_start", "starting");
        private volatile boolean stopped;
        private volatile @Nullable Runnable onStop;

        FakeReplica(ReplicaSpec spec, Runnable onChange) {
            this.spec = spec;
            this.onChange = onChange;
        }

        ReplicaSpec spec() {
            return spec;
        }

        boolean isReadyNow() {
            return status instanceof ReplicaStatus.Ready;
        }

        boolean isStopped() {
            return stopped;
        }

        /** Done by whoever stops it, before it counts as stopped. */
        void onStop(Runnable action) {
            onStop = action;
        }

        ReplicaTarget target() {
            return new ReplicaTarget(spec.replicaId(), URI.create("http://127.0.0.1:1"), spec.modelName(), "secret");
        }

        void load(String message) {
            become(new ReplicaStatus.Starting("model_load", message));
        }

        void ready() {
            become(new ReplicaStatus.Ready(target()));
        }

        void fail(String message, boolean retryable) {
            become(new ReplicaStatus.Failed(message, retryable));
        }

        private void become(ReplicaStatus next) {
            status = next;
            onChange.run();
        }

        @Override
        public String id() {
            return spec.replicaId();
        }

        @Override
        public ReplicaStatus status() {
            return status;
        }

        @Override
        public List<String> logTail(int limit) {
            return List.of("line of " + spec.replicaId());
        }

        @Override
        public void stop() {
            Runnable action = onStop;
            if (action != null) {
                action.run();
            }
            stopped = true;
        }
    }
}
