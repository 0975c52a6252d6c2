/** The one authorization decision: who may do what, as data, deny by default. */
@NullMarked
package dev.inferencekey.server.domain.access;

import org.jspecify.annotations.NullMarked;
