/** {@code ik store}: what operators do with a whole store. */
@NullMarked
package dev.inferencekey.cli.store;

import org.jspecify.annotations.NullMarked;
