/** A store in memory, for tests of everything that needs one. */
@NullMarked
package dev.inferencekey.server.store.memory;

import org.jspecify.annotations.NullMarked;
