/** What runs, and where: the reconciler decides on one node at a time, and each node's agent runs what was placed on it. */
@NullMarked
package dev.inferencekey.server.background.engine;

import org.jspecify.annotations.NullMarked;
