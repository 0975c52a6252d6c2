/** Running model servers. */
@NullMarked
package dev.inferencekey.server.ports.runtime;

import org.jspecify.annotations.NullMarked;
