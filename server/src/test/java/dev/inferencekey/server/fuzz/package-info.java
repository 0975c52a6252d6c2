/** Replays what fuzzing has found, without the fuzzer. */
@NullMarked
package dev.inferencekey.server.fuzz;

import org.jspecify.annotations.NullMarked;
