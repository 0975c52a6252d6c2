/** Commands that call a workload through the gateway. */
@NullMarked
package dev.inferencekey.cli.inference;

import org.jspecify.annotations.NullMarked;
