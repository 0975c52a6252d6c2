/** What is measured: one type for each figure. */
@NullMarked
package dev.inferencekey.bench.figure;

import org.jspecify.annotations.NullMarked;
