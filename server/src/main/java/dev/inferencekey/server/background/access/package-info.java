/** How the gateway of this node learns what the store says: the feed of the access table, and the facts that it reads. */
@NullMarked
package dev.inferencekey.server.background.access;

import org.jspecify.annotations.NullMarked;
