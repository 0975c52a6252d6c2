/** Tests of the counting of limits. */
@NullMarked
package dev.inferencekey.server.domain.limit;

import org.jspecify.annotations.NullMarked;
