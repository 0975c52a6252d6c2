/** The Workloads screens: what runs, how to call it, and how to change it. */
@NullMarked
package dev.inferencekey.server.dashboard.workload;

import org.jspecify.annotations.NullMarked;
