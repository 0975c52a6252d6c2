/** Commands that read what was recorded: usage and audit. */
@NullMarked
package dev.inferencekey.cli.history;

import org.jspecify.annotations.NullMarked;
