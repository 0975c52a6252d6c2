/** Signatures of webhook deliveries. */
@NullMarked
package dev.inferencekey.contract.webhook;

import org.jspecify.annotations.NullMarked;
