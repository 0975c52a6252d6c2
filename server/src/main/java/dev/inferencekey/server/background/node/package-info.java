/** This process as one of the nodes that share a store: its lease, what the others have in force, and work that one of them does. */
@NullMarked
package dev.inferencekey.server.background.node;

import org.jspecify.annotations.NullMarked;
