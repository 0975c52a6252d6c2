/** The processes that share one store, and what each of them is for. */
@NullMarked
package dev.inferencekey.server.domain.node;

import org.jspecify.annotations.NullMarked;
