/** Tests of the soak. */
@NullMarked
package dev.inferencekey.bench.soak;

import org.jspecify.annotations.NullMarked;
