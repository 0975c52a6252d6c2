/** What there should be of a workload, what there is, and what to do about the difference: pure decisions over records. */
@NullMarked
package dev.inferencekey.server.domain.replica;

import org.jspecify.annotations.NullMarked;
