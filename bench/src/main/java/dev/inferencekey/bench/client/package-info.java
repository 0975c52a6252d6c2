/** What the Java client costs its caller, beside OpenAI's own. */
@NullMarked
package dev.inferencekey.bench.client;

import org.jspecify.annotations.NullMarked;
