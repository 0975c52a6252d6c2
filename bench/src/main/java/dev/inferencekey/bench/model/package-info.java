/** A model server that costs as little as it can, in a process of its own. */
@NullMarked
package dev.inferencekey.bench.model;

import org.jspecify.annotations.NullMarked;
