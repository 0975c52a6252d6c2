/** Backends that are programs on this machine: started, watched and ended as child processes that never outlive the platform. */
@NullMarked
package dev.inferencekey.server.runtime.process;

import org.jspecify.annotations.NullMarked;
