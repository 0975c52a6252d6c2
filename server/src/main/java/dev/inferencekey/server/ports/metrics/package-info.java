/** What parts of the platform count and measure, as figures that somebody can ask for. */
@NullMarked
package dev.inferencekey.server.ports.metrics;

import org.jspecify.annotations.NullMarked;
