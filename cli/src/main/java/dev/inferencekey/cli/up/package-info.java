/** The platform in this process, and the first answer. */
@NullMarked
package dev.inferencekey.cli.up;

import org.jspecify.annotations.NullMarked;
