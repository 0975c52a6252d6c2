package dev.inferencekey.server.runtime.external;

import dev.inferencekey.server.domain.upstream.UpstreamHost;
import dev.inferencekey.server.domain.upstream.UpstreamPolicy;
import dev.inferencekey.server.domain.upstream.UpstreamSettings;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.runtime.BoundSecret;
import dev.inferencekey.server.ports.runtime.CounterReading;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import dev.inferencekey.server.runtime.probe.CounterProbe;
import dev.inferencekey.server.runtime.probe.EngineHttp;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One upstream, watched by one virtual thread. Thread-safe: the status and the log are guarded by the lock of this object, which is
 * never held while {@code onChange} runs.
 *
 * <p>Notes. No probe has the last word: whatever one finds, another one follows. An upstream that was ready and fails one probe stays ready
 * until a second probe, soon after, fails too: one lost packet or one refusal is no outage, and the gateway tries each request for itself
 * anyway. What somebody has to look into is told when two probes in a row have found it. Only what can't change without another declaration
 * or another secret, which make another replica, ends the watch. The list of models is another permission than inference: that it is
 * forbidden or not there says nothing about calls.
 */
final class ExternalReplica implements Replica {
    private static final int MAX_LOG_LINES = 100;
    private static final int FAILURES_BEFORE_UNREADY = 2;

    private final ReplicaSpec spec;
    private final EngineHttp http;
    private final UpstreamPolicy policy;
    private final NameResolution names;
    private final ProbeTimes times;
    private final InstantSource clock;
    private final Runnable onChange;
    private final Consumer<ExternalReplica> onStopped;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final ArrayDeque<String> log = new ArrayDeque<>();
    private ReplicaStatus status = new ReplicaStatus.Starting("connect", "looking for the upstream");

    ExternalReplica(
            ReplicaSpec spec,
            EngineHttp http,
            UpstreamPolicy policy,
            NameResolution names,
            ProbeTimes times,
            InstantSource clock,
            Runnable onChange,
            Consumer<ExternalReplica> onStopped) {
        this.spec = spec;
        this.http = http;
        this.policy = policy;
        this.names = names;
        this.times = times;
        this.clock = clock;
        this.onChange = onChange;
        this.onStopped = onStopped;
    }

    void begin() {
        UpstreamSettings upstream;
        try {
            upstream = UpstreamSettings.parse(spec.config());
        } catch (IllegalArgumentException e) {
            become(new ReplicaStatus.Failed(String.valueOf(e.getMessage()), false));
            return;
        }
        BoundSecret bound = spec.upstreamSecret();
        String secret = bound == null ? null : bound.valueFor(upstream.baseUrl());
        if (bound != null && secret == null) {
            become(new ReplicaStatus.Failed(
                    "the secret " + named(upstream) + " is not for the host that config.base_url leads to", false));
            return;
        }
        // Checked here, since the HTTP client would repeat the whole value in its complaint.
        if (secret != null && !secret.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            become(new ReplicaStatus.Failed(
                    "the secret " + named(upstream)
                            + " holds characters that can't be sent in a header; store it again",
                    false));
            return;
        }
        Thread.ofVirtual().name("external-" + spec.replicaId()).start(() -> watch(upstream, secret));
    }

    private void watch(UpstreamSettings upstream, @Nullable String secret) {
        int failures = 0;
        try {
            while (true) {
                ReplicaStatus seen = probe(upstream, secret);
                boolean ready = seen instanceof ReplicaStatus.Ready;
                failures = ready ? 0 : failures + 1;
                boolean certain = failures >= FAILURES_BEFORE_UNREADY;
                boolean changesMuch = status() instanceof ReplicaStatus.Ready || seen instanceof ReplicaStatus.Unable;
                if (ready || certain || !changesMuch) {
                    become(seen);
                }
                long pause = (ready ? times.whileReady() : times.afterFailure(failures)).toNanos();
                if (stopped.await(pause, TimeUnit.NANOSECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ReplicaStatus probe(UpstreamSettings upstream, @Nullable String secret) throws InterruptedException {
        String shown = String.valueOf(upstream.baseUrl());
        try {
            String refusal = refusal(upstream.baseUrl());
            if (refusal != null) {
                return new ReplicaStatus.Unable("where config.base_url leads must not be called: it is " + refusal);
            }
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(upstream.modelsUrl()).timeout(times.timeout());
            if (secret != null) {
                request.header("Authorization", "Bearer " + secret);
            }
            HttpResponse<InputStream> response =
                    http.clientFor(upstream.baseUrl()).send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            // Only the status counts; a body without end must not keep the probe.
            response.body().close();
            return judge(upstream, secret, response.statusCode());
        } catch (UnknownHostException e) {
            return waiting("waiting for " + shown + ": its host name is not known");
        } catch (HttpTimeoutException e) {
            return waiting("waiting for " + shown + ": it does not answer within "
                    + times.timeout().toMillis() + " ms");
        } catch (IOException e) {
            return waiting("waiting for " + shown + ": it can't be reached");
        }
    }

    private @Nullable String refusal(URI url) throws UnknownHostException {
        String host = bare(url.getHost());
        UpstreamHost called = UpstreamHost.of(url);
        for (InetAddress address : names.resolve(host)) {
            String refusal = policy.refusal(host, address, called.port());
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    private ReplicaStatus judge(UpstreamSettings upstream, @Nullable String secret, int statusCode) {
        if (statusCode == 401) {
            return new ReplicaStatus.Unable(
                    upstream.secretRef() == null
                            ? "the upstream asks for a secret (401): store it as an upstream secret and name it in config.secret_ref"
                            : "the upstream refuses the secret " + named(upstream) + " (401)");
        }
        if (statusCode >= 500) {
            return waiting("waiting for " + upstream.baseUrl() + ": it answers " + statusCode);
        }
        return new ReplicaStatus.Ready(
                new ReplicaTarget(
                        spec.replicaId(),
                        upstream.baseUrl(),
                        spec.modelName(),
                        secret,
                        ReplicaTarget.Place.EXTERNAL,
                        upstream.routesBelowV1()),
                note(upstream, statusCode));
    }

    private static String note(UpstreamSettings upstream, int statusCode) {
        return switch (statusCode) {
            case 403 -> "the upstream does not list its models for us (403), which says nothing about calls";
            case 404 ->
                "the upstream has no " + upstream.modelsUrl()
                        + " (404): if calls get 404 as well, the path of config.base_url is not right";
            default -> "";
        };
    }

    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static ReplicaStatus waiting(String message) {
        return new ReplicaStatus.Starting("connect", message);
    }

    private static String named(UpstreamSettings upstream) {
        @Nullable String name = upstream.secretRef();
        return name == null ? "" : "`" + name + "`";
    }

    /** Nothing changes after a stop, and nothing follows a failure. */
    private void become(ReplicaStatus next) {
        synchronized (this) {
            if (stopped.getCount() == 0 || status instanceof ReplicaStatus.Failed || next.equals(status)) {
                return;
            }
            status = next;
            if (log.size() == MAX_LOG_LINES) {
                log.removeFirst();
            }
            log.addLast(clock.instant() + " " + describe(next));
        }
        onChange.run();
    }

    private static String describe(ReplicaStatus status) {
        return switch (status) {
            case ReplicaStatus.Starting starting -> starting.message();
            case ReplicaStatus.Ready ready ->
                ready.target().baseUrl() + " answers" + (ready.note().isEmpty() ? "" : "; " + ready.note());
            case ReplicaStatus.Unable unable -> unable.message();
            case ReplicaStatus.Failed failed -> failed.message();
        };
    }

    @Override
    public String id() {
        return spec.replicaId();
    }

    @Override
    public synchronized ReplicaStatus status() {
        return status;
    }

    @Override
    public synchronized List<String> logTail(int limit) {
        return log.stream().skip(Math.max(0, log.size() - limit)).toList();
    }

    /** An upstream counts for everybody who calls it. */
    @Override
    public CounterReading counters() {
        if (!(status() instanceof ReplicaStatus.Ready ready)) {
            return new CounterReading.Nothing("The upstream is not ready.", false);
        }
        ReplicaTarget target = ready.target();
        try {
            String refusal = refusal(target.baseUrl());
            return refusal == null
                    ? CounterProbe.read(http.clientFor(target.baseUrl()), target.baseUrl(), target.bearerSecret())
                    : new CounterReading.Nothing(
                            "Where config.base_url leads must not be called: it is " + refusal, false);
        } catch (IOException e) {
            return new CounterReading.Nothing("The upstream can't be reached.", false);
        }
    }

    /** Stops watching; the upstream itself is not touched. */
    @Override
    public void stop() {
        stopped.countDown();
        onStopped.accept(this);
    }
}
