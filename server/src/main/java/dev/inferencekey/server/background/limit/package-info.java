/** How this node gets and gives its slices of the limits that nodes share. */
@NullMarked
package dev.inferencekey.server.background.limit;

import org.jspecify.annotations.NullMarked;
