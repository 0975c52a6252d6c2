/** Benchmarks of the gateway's parts, in their package because the parts are not public. */
@NullMarked
package dev.inferencekey.server.gateway;

import org.jspecify.annotations.NullMarked;
