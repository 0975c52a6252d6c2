package dev.inferencekey.server.runtime.external;

import dev.inferencekey.server.domain.upstream.UpstreamPolicy;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.RuntimeDriver;
import dev.inferencekey.server.runtime.probe.EngineHttp;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Serves backend {@code external}: starts nothing, and forwards to the OpenAI-compatible server at {@code config.base_url}. It counts as
 * ready while {@code GET <base>/models} answers anything below 500 but 401, which means that the secret is wrong. Each look is followed by
 * another one, whatever it has found. Where calls may go is for {@link UpstreamPolicy} to say. Thread-safe.
 */
public final class ExternalDriver implements RuntimeDriver {
    private final InstantSource clock;
    private final UpstreamPolicy policy;
    private final NameResolution names;
    private final ProbeTimes times;
    private final EngineHttp http;
    private final List<ExternalReplica> started = new CopyOnWriteArrayList<>();

    public ExternalDriver(InstantSource clock, UpstreamPolicy policy) {
        this(clock, policy, NameResolution.ofSystem(), ProbeTimes.DEFAULT);
    }

    ExternalDriver(InstantSource clock, UpstreamPolicy policy, NameResolution names, ProbeTimes times) {
        this.clock = clock;
        this.policy = policy;
        this.names = names;
        this.times = times;
        this.http = new EngineHttp("external-http-", times.timeout());
    }

    @Override
    public Set<String> backends() {
        return Set.of("external");
    }

    @Override
    public Replica start(ReplicaSpec spec, Runnable onChange) {
        ExternalReplica replica =
                new ExternalReplica(spec, http, policy, names, times, clock, onChange, started::remove);
        started.add(replica);
        replica.begin();
        return replica;
    }

    @Override
    public void close() {
        started.forEach(ExternalReplica::stop);
        http.close();
    }
}
