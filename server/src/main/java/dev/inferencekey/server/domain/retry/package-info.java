/** When to try again what failed. */
@NullMarked
package dev.inferencekey.server.domain.retry;

import org.jspecify.annotations.NullMarked;
