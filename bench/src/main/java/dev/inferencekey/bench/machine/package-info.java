/** The machine below a comparison: cores, child processes, and what they use. */
@NullMarked
package dev.inferencekey.bench.machine;

import org.jspecify.annotations.NullMarked;
