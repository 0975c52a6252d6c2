/** Laws of the whole module, and the reader of its golden fixtures. */
@NullMarked
package dev.inferencekey.contract;

import org.jspecify.annotations.NullMarked;
