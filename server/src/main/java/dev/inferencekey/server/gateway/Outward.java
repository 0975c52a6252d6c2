package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.upstream.UpstreamPolicy;

/**
 * What holds for calls to model servers elsewhere. Immutable and thread-safe.
 *
 * @param policy where they may go
 * @param mark by which this installation knows requests that come back to it: 16 hex digits that nobody can guess, the same for all of
 *     its nodes
 */
public record Outward(UpstreamPolicy policy, String mark) {}
