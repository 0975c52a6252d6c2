package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.upstream.UpstreamPolicy;
import dev.inferencekey.server.ports.node.NodeLog;
import java.util.function.BooleanSupplier;

/**
 * What holds for calls to model servers elsewhere, and what other nodes are told. Immutable and thread-safe.
 *
 * @param policy where they may go
 * @param mark by which this installation knows requests that come back to it: 16 hex digits that nobody can guess, the same for all of
 *     its nodes
 * @param decides whether this node decides what becomes of others' replicas, as it tells those that ask
 * @param log what its model servers printed, as it tells them
 */
public record Outward(UpstreamPolicy policy, String mark, BooleanSupplier decides, NodeLog log) {}
