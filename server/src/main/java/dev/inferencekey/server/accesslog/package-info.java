/** Writes the access log's lines away: one thread, few system calls, and nobody waits for it. */
@NullMarked
package dev.inferencekey.server.accesslog;

import org.jspecify.annotations.NullMarked;
