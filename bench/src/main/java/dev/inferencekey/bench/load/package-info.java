/** Who sends the requests, and what they see. */
@NullMarked
package dev.inferencekey.bench.load;

import org.jspecify.annotations.NullMarked;
