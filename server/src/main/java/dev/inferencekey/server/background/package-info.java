/**
 * Work that no caller waits for: the reconciler (what is declared against what runs), the feed of the access table, the import of
 * usage. All of it is level-triggered: it compares and repeats, and depends on no event having been seen.
 */
@NullMarked
package dev.inferencekey.server.background;

import org.jspecify.annotations.NullMarked;
