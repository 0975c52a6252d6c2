/** How nodes share the limits of keys and workloads. */
@NullMarked
package dev.inferencekey.server.ports.limit;

import org.jspecify.annotations.NullMarked;
