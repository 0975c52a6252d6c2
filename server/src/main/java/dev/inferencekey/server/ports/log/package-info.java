/** Where lines go that are written too often for a logger. */
@NullMarked
package dev.inferencekey.server.ports.log;

import org.jspecify.annotations.NullMarked;
