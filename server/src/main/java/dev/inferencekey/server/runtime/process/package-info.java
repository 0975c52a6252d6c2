/**
 * Model servers as child processes: real engines found on the PATH, or the embedded one. Read {@code ProcessReplica} first: the life of
 * one child from command line to exit status.
 */
@NullMarked
package dev.inferencekey.server.runtime.process;

import org.jspecify.annotations.NullMarked;
