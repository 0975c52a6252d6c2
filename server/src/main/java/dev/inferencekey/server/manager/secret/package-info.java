/** Upstream secrets, which can be written and never read back. */
@NullMarked
package dev.inferencekey.server.manager.secret;

import org.jspecify.annotations.NullMarked;
