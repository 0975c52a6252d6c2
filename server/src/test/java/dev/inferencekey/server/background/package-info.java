/** Tests of the work that no caller waits for. */
@NullMarked
package dev.inferencekey.server.background;

import org.jspecify.annotations.NullMarked;
