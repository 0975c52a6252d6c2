/** Where a command runs and how it speaks: streams, terminal, tables, times, durations. */
@NullMarked
package dev.inferencekey.cli.shell;

import org.jspecify.annotations.NullMarked;
