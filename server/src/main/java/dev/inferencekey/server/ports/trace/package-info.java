/** How requests show up in a distributed trace. */
@NullMarked
package dev.inferencekey.server.ports.trace;

import org.jspecify.annotations.NullMarked;
