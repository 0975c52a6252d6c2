/** Tests of the work that no caller waits for. */
@NullMarked
package dev.inferencekey.server.background.node;

import org.jspecify.annotations.NullMarked;
