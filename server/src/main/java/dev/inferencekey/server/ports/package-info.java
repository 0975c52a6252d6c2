/** What the platform needs from outside: interfaces and records only. */
@NullMarked
package dev.inferencekey.server.ports;

import org.jspecify.annotations.NullMarked;
