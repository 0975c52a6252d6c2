/** What one process is among those that share a store, and what only one of them may do at a time. */
@NullMarked
package dev.inferencekey.server.ports.node;

import org.jspecify.annotations.NullMarked;
