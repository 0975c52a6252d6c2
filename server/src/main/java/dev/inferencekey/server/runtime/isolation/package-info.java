/** How model servers are kept away from the platform that starts them: which means this machine offers, and how a command is run in one. */
@NullMarked
package dev.inferencekey.server.runtime.isolation;

import org.jspecify.annotations.NullMarked;
