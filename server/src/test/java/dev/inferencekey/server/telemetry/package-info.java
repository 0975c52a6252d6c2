/** Tests. */
@NullMarked
package dev.inferencekey.server.telemetry;

import org.jspecify.annotations.NullMarked;
