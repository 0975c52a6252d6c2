/** Commands that let people in by link. */
@NullMarked
package dev.inferencekey.cli.invitation;

import org.jspecify.annotations.NullMarked;
