/** What the gateway costs beside others: read {@code Compare} first. */
@NullMarked
package dev.inferencekey.bench;

import org.jspecify.annotations.NullMarked;
