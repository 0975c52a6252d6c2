/** Model servers as real processes. */
@NullMarked
package dev.inferencekey.server.runtime.process;

import org.jspecify.annotations.NullMarked;
