/** How usage is summed up: over which times, in which pieces, with which percentiles. */
@NullMarked
package dev.inferencekey.server.domain.usage;

import org.jspecify.annotations.NullMarked;
