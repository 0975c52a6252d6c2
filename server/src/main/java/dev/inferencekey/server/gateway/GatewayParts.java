package dev.inferencekey.server.gateway;

import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.access.Budgets;
import dev.inferencekey.server.ports.access.DataPlaneEvents;
import dev.inferencekey.server.ports.node.NodeLog;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * What all requests share. Thread-safe.
 *
 * @param decides what other nodes are told that ask whether this one decides what becomes of their replicas
 * @param log what they are told that ask what this one's model servers printed
 * @param ticker monotonic nanoseconds, from any origin
 */
record GatewayParts(
        GatewayConfig config,
        TrustedProxies.Matcher proxies,
        AccessTable table,
        Admission admission,
        HeldRequests held,
        DataPlaneEvents events,
        Budgets budgets,
        GatewayObservation observation,
        ManagerUpstream manager,
        Hops hops,
        BooleanSupplier decides,
        NodeLog log,
        IdSource ids,
        InstantSource clock,
        LongSupplier ticker) {
    /** The same with other settings. */
    GatewayParts with(GatewayConfig fresh) {
        return new GatewayParts(
                fresh,
                fresh.edge().trustedProxies().matcher(),
                table,
                admission,
                held,
                events,
                budgets,
                observation,
                manager,
                hops,
                decides,
                log,
                ids,
                clock,
                ticker);
    }

    /** Not the manager's secret. */
    @Override
    public String toString() {
        return "GatewayParts";
    }
}
