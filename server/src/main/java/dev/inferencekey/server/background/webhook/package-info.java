/** Sends events to the operator's receiver of webhooks, again and again until it accepts them. */
@NullMarked
package dev.inferencekey.server.background.webhook;

import org.jspecify.annotations.NullMarked;
