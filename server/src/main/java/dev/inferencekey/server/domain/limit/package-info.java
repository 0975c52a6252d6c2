/** How much a key or a workload may be used, and the counting that keeps to it. */
@NullMarked
package dev.inferencekey.server.domain.limit;

import org.jspecify.annotations.NullMarked;
