/**
 * Calls as OpenTelemetry's spans and metrics. Needs {@code io.opentelemetry:opentelemetry-api}, which does not come with this client.
 */
@NullMarked
package dev.inferencekey.opentelemetry;

import org.jspecify.annotations.NullMarked;
