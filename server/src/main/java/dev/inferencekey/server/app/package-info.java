/** The one place that names concrete classes: configuration, wiring, lifecycle. */
@NullMarked
package dev.inferencekey.server.app;

import org.jspecify.annotations.NullMarked;
