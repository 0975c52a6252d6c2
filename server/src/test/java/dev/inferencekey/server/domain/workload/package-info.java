/** Tests of the workload rules. */
@NullMarked
package dev.inferencekey.server.domain.workload;

import org.jspecify.annotations.NullMarked;
