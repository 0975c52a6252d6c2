package dev.inferencekey.server.background.engine;

import dev.inferencekey.server.domain.metering.CountingEngine;
import dev.inferencekey.server.domain.metering.EngineCounters;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.runtime.CounterReading;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import dev.inferencekey.server.ports.runtime.RuntimeDriver;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Starts model servers that do what the test says. Thread-safe. */
final class FakeDriver implements RuntimeDriver {
    final List<Started> started = new CopyOnWriteArrayList<>();
    volatile boolean closed;

    @Override
    public Set<String> backends() {
        return Set.of("simulator", "external", "sglang");
    }

    @Override
    public Replica start(ReplicaSpec spec, Runnable onChange) {
        Started replica = new Started(spec, onChange);
        started.add(replica);
        return replica;
    }

    /** Those that were not stopped. */
    List<Started> running() {
        return started.stream().filter(replica -> !replica.stopped).toList();
    }

    Started last() {
        return started.getLast();
    }

    @Override
    public void close() {
        closed = true;
    }

    /** One started replica. */
    static final class Started implements Replica {
        final ReplicaSpec spec;
        private final Runnable onChange;
        volatile boolean stopped;
        volatile CountDownLatch answersAfter = new CountDownLatch(0);
        volatile CounterReading reading = new CounterReading.Nothing("none", false);
        volatile boolean killed;
        /** So many attempts to end it fail. */
        final AtomicInteger clings = new AtomicInteger();

        private volatile ReplicaStatus status = new ReplicaStatus.Starting("process_start", "starting");

        Started(ReplicaSpec spec, Runnable onChange) {
            this.spec = spec;
            this.onChange = onChange;
        }

        ReplicaTarget target() {
            return new ReplicaTarget(spec.replicaId(), URI.create("http://127.0.0.1:1"), spec.modelName(), "secret");
        }

        void becomes(ReplicaStatus next) {
            status = next;
            onChange.run();
        }

        void ready() {
            becomes(new ReplicaStatus.Ready(target()));
        }

        void fails(String message) {
            becomes(new ReplicaStatus.Failed(message, true));
        }

        @Override
        public String id() {
            return spec.replicaId();
        }

        @Override
        public ReplicaStatus status() {
            return status;
        }

        void counts(long promptTokens, long outputTokens) {
            reading = new CounterReading.Counted(new EngineCounters(CountingEngine.VLLM, promptTokens, outputTokens));
        }

        @Override
        public CounterReading counters() {
            try {
                answersAfter.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return reading;
        }

        @Override
        public List<String> logTail(int limit) {
            return List.of("log of " + spec.modelName());
        }

        @Override
        public void kill() {
            end();
            killed = true;
        }

        @Override
        public void stop() {
            end();
        }

        private void end() {
            if (clings.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new IllegalStateException("it does not end");
            }
            stopped = true;
        }
    }
}
