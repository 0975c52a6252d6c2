/** Tests of what runtimes share. */
@NullMarked
package dev.inferencekey.server.runtime.probe;

import org.jspecify.annotations.NullMarked;
