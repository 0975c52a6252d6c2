/** Tests of the Workloads screens. */
@NullMarked
package dev.inferencekey.server.dashboard.price;

import org.jspecify.annotations.NullMarked;
