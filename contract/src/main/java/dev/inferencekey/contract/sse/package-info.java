/** Server-Sent Events framing. */
@NullMarked
package dev.inferencekey.contract.sse;

import org.jspecify.annotations.NullMarked;
