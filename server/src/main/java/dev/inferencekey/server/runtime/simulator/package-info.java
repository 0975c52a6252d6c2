/** Backend {@code simulator}: model servers that need no weights and no GPU, and say so in every answer. */
@NullMarked
package dev.inferencekey.server.runtime.simulator;

import org.jspecify.annotations.NullMarked;
