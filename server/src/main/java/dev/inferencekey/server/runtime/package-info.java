/** Adapters that start model servers or reach running ones; they know the runtime port and not each other. */
@NullMarked
package dev.inferencekey.server.runtime;

import org.jspecify.annotations.NullMarked;
