/** The OpenAI-shaped HTTP surface of one loaded model. */
@NullMarked
package dev.inferencekey.engine.http;

import org.jspecify.annotations.NullMarked;
