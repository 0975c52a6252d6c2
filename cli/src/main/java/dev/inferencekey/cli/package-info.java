/** The {@code ik} command. */
@NullMarked
package dev.inferencekey.cli;

import org.jspecify.annotations.NullMarked;
