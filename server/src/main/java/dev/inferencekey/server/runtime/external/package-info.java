/** Backend {@code external}: model servers that run elsewhere and are only watched. */
@NullMarked
package dev.inferencekey.server.runtime.external;

import org.jspecify.annotations.NullMarked;
