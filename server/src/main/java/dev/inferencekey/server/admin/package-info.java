/** The admin listener: metrics for Prometheus and health for probes, on a port of their own. */
@NullMarked
package dev.inferencekey.server.admin;

import org.jspecify.annotations.NullMarked;
