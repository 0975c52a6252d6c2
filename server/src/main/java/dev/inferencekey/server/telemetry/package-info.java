/** Traces of requests as OpenTelemetry has them. Nothing of it is loaded unless requests are traced. */
@NullMarked
package dev.inferencekey.server.telemetry;

import org.jspecify.annotations.NullMarked;
