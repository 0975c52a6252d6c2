/** Commands about workloads: declaring, waiting, looking, deleting. */
@NullMarked
package dev.inferencekey.cli.workload;

import org.jspecify.annotations.NullMarked;
