package dev.inferencekey.server.app;

import dev.inferencekey.server.background.access.AccessFeed;
import dev.inferencekey.server.background.engine.EngineAgent;
import dev.inferencekey.server.background.engine.EngineCounts;
import dev.inferencekey.server.background.engine.NodeRuntime;
import dev.inferencekey.server.background.engine.Reconciler;
import dev.inferencekey.server.background.engine.ReplicaBoard;
import dev.inferencekey.server.background.node.NodeLeases;
import dev.inferencekey.server.background.node.NodeLife;
import dev.inferencekey.server.domain.upstream.UpstreamPolicy;
import dev.inferencekey.server.domain.upstream.UpstreamRules;
import dev.inferencekey.server.gateway.AccessTable;
import dev.inferencekey.server.gateway.Outward;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.node.NodePeers;
import dev.inferencekey.server.ports.runtime.RuntimeDriver;
import dev.inferencekey.server.runtime.external.ExternalDriver;
import dev.inferencekey.server.runtime.simulator.SimulatorDriver;
import dev.inferencekey.server.store.sql.SqlStore;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What runs on this node, and its part in deciding what runs where, wired by hand: read {@link #start} from top to bottom.
 *
 * @param ownPorts where external workloads must not lead; what opens later joins
 * @param upstreamRules what the operator says of that; may be replaced at any time
 * @param upstreams where calls to model servers elsewhere may go
 * @param peers the other nodes; set as soon as there is a way to them
 */
record EngineWiring(
        OwnPorts ownPorts,
        AtomicReference<UpstreamRules> upstreamRules,
        UpstreamPolicy upstreams,
        EngineCounts counts,
        AtomicReference<NodePeers> peers,
        EngineAgent agent,
        Reconciler reconciler,
        NodeRuntime runtime) {
    /**
     * What it takes of the rest of the process.
     *
     * @param localEngines runs engines as processes of this machine
     */
    record Parts(
            PlatformConfig config,
            RuntimeDriver localEngines,
            SqlStore store,
            SecretCipher cipher,
            AccessTable table,
            ReplicaBoard replicas,
            NodeLife node,
            AccessFeed feed,
            IdSource ids,
            InstantSource clock,
            SecureRandom random) {}

    /** Whoever closes {@code closing} ends it, and with it what runs. */
    static EngineWiring start(Parts parts, OptionalInt adminPort, Closing closing) {
        // What runs here, and where calls to what runs elsewhere may go: not to ourselves.
        RuntimeDriver simulator = new SimulatorDriver(parts.random(), parts.random(), parts.clock());
        OwnPorts ownPorts = new OwnPorts(List.of(simulator, parts.localEngines()));
        adminPort.ifPresent(ownPorts::add);
        AtomicReference<UpstreamRules> rules =
                new AtomicReference<>(parts.config().upstreams());
        UpstreamPolicy upstreams = new UpstreamPolicy(rules::get, ownPorts);

        // What model servers count themselves is kept, to be compared with what is metered.
        EngineCounts counts = closing.later(new EngineCounts(
                parts.store().patient(), parts.clock(), parts.config().node().name(), EngineCounts.DEFAULT_INTERVAL));
        counts.start();

        // What is placed on this node is run here; the reconciler of one node decides what that is.
        List<RuntimeDriver> drivers = Stream.of(
                        simulator, parts.localEngines(), new ExternalDriver(parts.clock(), upstreams))
                .map(counts::counting)
                .toList();
        AtomicReference<NodePeers> peers = new AtomicReference<>(NodePeers.NONE);
        EngineAgent agent = closing.later(EngineAgent.start(new EngineAgent.Parts(
                parts.store(),
                parts.cipher(),
                parts.table(),
                parts.replicas(),
                parts.node(),
                parts.feed()::catchUp,
                peers::get,
                drivers,
                parts.config().node().advertised(),
                parts.clock(),
                System::nanoTime)));
        Reconciler reconciler = closing.later(Reconciler.start(new Reconciler.Parts(
                parts.store(),
                parts.cipher(),
                parts.table(),
                parts.replicas(),
                parts.node(),
                new NodeLeases(parts.store(), parts.node()),
                parts.feed()::catchUp,
                drivers.stream().flatMap(driver -> driver.backends().stream()).collect(Collectors.toSet()),
                parts.config().node().role().servesControlPlane(),
                parts.ids(),
                parts.clock(),
                System::nanoTime,
                parts.random(),
                Reconciler.DEFAULT_IDLE)));
        NodeRuntime runtime = new NodeRuntime(
                parts.replicas(),
                reconciler,
                agent,
                parts.table(),
                parts.node(),
                peers::get,
                parts.config().gateway().edge().nodeListener() != null,
                parts.clock());
        return new EngineWiring(ownPorts, rules, upstreams, counts, peers, agent, reconciler, runtime);
    }

    /**
     * What the gateway needs to know of it.
     *
     * @param mark by which this installation knows requests that come back to it
     */
    Outward outward(String mark) {
        return new Outward(upstreams, mark, reconciler::decidesOnOthers, agent::logTail);
    }
}
