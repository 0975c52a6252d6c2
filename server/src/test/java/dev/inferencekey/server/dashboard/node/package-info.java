/** Tests of the Workloads screens. */
@NullMarked
package dev.inferencekey.server.dashboard.node;

import org.jspecify.annotations.NullMarked;
