/** Values that fit a JSON Schema, judged by a validator of others. */
@NullMarked
package dev.inferencekey.server.runtime.simulator.schema;

import org.jspecify.annotations.NullMarked;
