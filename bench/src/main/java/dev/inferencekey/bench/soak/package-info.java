/** Hours of well and badly behaved callers, and whether the server's memory stays where it is. */
@NullMarked
package dev.inferencekey.bench.soak;

import org.jspecify.annotations.NullMarked;
