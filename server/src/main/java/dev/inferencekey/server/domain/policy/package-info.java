/** Execution policies: when a workload has how many replicas. */
@NullMarked
package dev.inferencekey.server.domain.policy;

import org.jspecify.annotations.NullMarked;
