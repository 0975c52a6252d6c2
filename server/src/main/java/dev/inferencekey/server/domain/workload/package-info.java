/** Workloads: what was declared, and what a declaration must look like. */
@NullMarked
package dev.inferencekey.server.domain.workload;

import org.jspecify.annotations.NullMarked;
