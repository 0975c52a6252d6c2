/** The Java client: {@code ManagementClient} provisions, {@code DataClient} calls. */
@NullMarked
package dev.inferencekey;

import org.jspecify.annotations.NullMarked;
