/** Tests of the Workloads screens. */
@NullMarked
package dev.inferencekey.server.dashboard.workload;

import org.jspecify.annotations.NullMarked;
