package dev.inferencekey.server.runtime.external;

import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.RuntimeDriver;
import java.net.http.HttpClient;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Serves backend {@code external}: starts nothing, and forwards to the OpenAI-compatible server at {@code config.base_url}, with or
 * without a trailing {@code /v1}. It counts as ready while {@code GET <base>/v1/models} answers anything below 500; 401 and 403 mean
 * that the secret is wrong. Link-local addresses are refused, also when a host name leads to one. Thread-safe.
 */
public final class ExternalDriver implements RuntimeDriver {
    private final InstantSource clock;
    private final NameResolution names;
    private final ProbeTimes times;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("external-http-", 0).factory());
    private final HttpClient http;
    private final List<ExternalReplica> started = new CopyOnWriteArrayList<>();

    public ExternalDriver(InstantSource clock) {
        this(clock, NameResolution.ofSystem(), ProbeTimes.DEFAULT);
    }

    ExternalDriver(InstantSource clock, NameResolution names, ProbeTimes times) {
        this.clock = clock;
        this.names = names;
        this.times = times;
        // HTTP/1.1, since an attempt at h2c makes some engines answer 400.
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(times.timeout())
                .executor(threads)
                .build();
    }

    @Override
    public Set<String> backends() {
        return Set.of("external");
    }

    @Override
    public Replica start(ReplicaSpec spec, Runnable onChange) {
        ExternalReplica replica = new ExternalReplica(spec, http, names, times, clock, onChange, started::remove);
        started.add(replica);
        replica.begin();
        return replica;
    }

    @Override
    public void close() {
        started.forEach(ExternalReplica::stop);
        http.shutdownNow();
        threads.shutdownNow();
    }
}
