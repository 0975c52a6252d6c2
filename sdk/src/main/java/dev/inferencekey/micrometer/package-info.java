/**
 * Calls as Micrometer's meters and observations. Needs {@code io.micrometer:micrometer-core} for {@link
 * dev.inferencekey.micrometer.MeterListener} and {@code io.micrometer:micrometer-observation} for {@link
 * dev.inferencekey.micrometer.ObservationListener}; neither comes with this client.
 */
@NullMarked
package dev.inferencekey.micrometer;

import org.jspecify.annotations.NullMarked;
