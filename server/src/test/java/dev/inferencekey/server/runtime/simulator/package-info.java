/** Simulated model servers over real sockets. */
@NullMarked
package dev.inferencekey.server.runtime.simulator;

import org.jspecify.annotations.NullMarked;
