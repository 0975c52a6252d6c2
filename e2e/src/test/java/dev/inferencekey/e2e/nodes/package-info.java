/**
 * Several nodes on one PostgreSQL, as real processes, with what networks, kernels and databases do to them: read {@link
 * dev.inferencekey.e2e.nodes.Nodes} first, then one of the scenarios that {@link dev.inferencekey.e2e.nodes.NodesTest} runs briefly and
 * {@code ./check nodes} at full length.
 */
@NullMarked
package dev.inferencekey.e2e.nodes;

import org.jspecify.annotations.NullMarked;
