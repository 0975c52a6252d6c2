/** {@code ik webhook}: what operators do with the receiver of webhooks. */
@NullMarked
package dev.inferencekey.cli.webhook;

import org.jspecify.annotations.NullMarked;
