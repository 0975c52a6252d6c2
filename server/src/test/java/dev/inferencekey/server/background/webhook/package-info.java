/** Tests of {@code background.webhook}. */
@NullMarked
package dev.inferencekey.server.background.webhook;

import org.jspecify.annotations.NullMarked;
