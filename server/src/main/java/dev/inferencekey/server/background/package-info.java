/**
 * Work that no caller waits for, in a package for each subject; here is what belongs to none of them. All of it is level-triggered: it
 * compares and repeats, and depends on no event having been seen.
 */
@NullMarked
package dev.inferencekey.server.background;

import org.jspecify.annotations.NullMarked;
