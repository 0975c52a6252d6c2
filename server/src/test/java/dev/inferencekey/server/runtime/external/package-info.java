/** Upstreams over real sockets. */
@NullMarked
package dev.inferencekey.server.runtime.external;

import org.jspecify.annotations.NullMarked;
