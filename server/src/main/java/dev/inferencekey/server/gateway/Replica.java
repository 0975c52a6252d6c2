package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.inferencekey.server.ports.access.ReplicaTarget;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;

/** A model server that is ready, with what the hot path needs of it worked out beforehand. Thread-safe. */
final class Replica {
    private static final String V1 = "v1/";

    private final ReplicaTarget target;
    private final UpstreamAddress address;
    private final String basePath;
    private final boolean belowV1;
    private final byte[] fixedHeaders;
    private final byte[] jsonModel;
    private final byte[] rawModel;
    private final AtomicInteger outstanding = new AtomicInteger();
    private final ReplicaHealth health = new ReplicaHealth();
    private volatile boolean retired;
    private volatile StreamUsage streamUsage;

    /** Whether a model server can be asked for the usage of streams. */
    enum StreamUsage {
        /** It has not been asked, or has refused a request that asked, maybe for another reason. */
        UNKNOWN,
        TOLD,
        /** It has refused a request that asked, and has then taken it without. */
        REFUSED
    }

    Replica(ReplicaTarget target) {
        this.target = target;
        URI base = target.baseUrl();
        this.address = UpstreamAddress.of(base, target.place());
        String path = base.getRawPath() == null ? "" : base.getRawPath();
        this.basePath = (path.endsWith("/") ? path : path + "/");
        this.belowV1 = target.routesBelowV1();
        String secret = target.bearerSecret();
        this.fixedHeaders = ("Host: " + base.getRawAuthority() + "\r\nAccept-Encoding: identity\r\n"
                        + (secret == null ? "" : "Authorization: Bearer " + secret + "\r\n"))
                .getBytes(US_ASCII);
        // What this platform starts is known to tell it.
        this.streamUsage = target.external() ? StreamUsage.UNKNOWN : StreamUsage.TOLD;
        this.rawModel = target.model().getBytes(UTF_8);
        this.jsonModel = JsonText.quote(target.model()).getBytes(UTF_8);
    }

    ReplicaTarget target() {
        return target;
    }

    /** Whether another node has started it, so that calls go there. */
    boolean onOtherNode() {
        return target.place() == ReplicaTarget.Place.OTHER_NODE;
    }

    UpstreamAddress address() {
        return address;
    }

    /** Where a route is called, which has this path below a workload's address. */
    String pathOf(String route) {
        if (belowV1) {
            return basePath + route;
        }
        if (route.startsWith(V1)) {
            return basePath + route.substring(V1.length());
        }
        // What servers have beside their v1, such as "pooling", is not below it.
        return basePath.substring(0, basePath.length() - (basePath.endsWith("/" + V1) ? V1.length() : 0)) + route;
    }

    /** {@code Host}, {@code Accept-Encoding} and {@code Authorization}, as they are sent. Holds the replica's secret. */
    byte[] fixedHeaders() {
        return fixedHeaders;
    }

    byte[] jsonModel() {
        return jsonModel;
    }

    byte[] rawModel() {
        return rawModel;
    }

    StreamUsage streamUsage() {
        return streamUsage;
    }

    void streamUsage(StreamUsage found) {
        streamUsage = found;
    }

    ReplicaHealth health() {
        return health;
    }

    /** Says that no further request will be sent to it. */
    void retire() {
        retired = true;
    }

    boolean retired() {
        return retired;
    }

    int outstanding() {
        return outstanding.get();
    }

    void requestStarted() {
        outstanding.incrementAndGet();
    }

    void requestEnded() {
        outstanding.decrementAndGet();
    }

    @Override
    public String toString() {
        return target.replicaId();
    }
}
