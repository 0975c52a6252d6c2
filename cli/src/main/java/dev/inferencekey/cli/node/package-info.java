/** Commands about the processes of a deployment. */
@NullMarked
package dev.inferencekey.cli.node;

import org.jspecify.annotations.NullMarked;
