/** Values that fit a JSON Schema, for callers who ask the simulator for structured answers. */
@NullMarked
package dev.inferencekey.server.runtime.simulator.schema;

import org.jspecify.annotations.NullMarked;
