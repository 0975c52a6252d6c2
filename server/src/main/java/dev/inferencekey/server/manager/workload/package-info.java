/** Workloads, and the stream that tells when one is ready. */
@NullMarked
package dev.inferencekey.server.manager.workload;

import org.jspecify.annotations.NullMarked;
