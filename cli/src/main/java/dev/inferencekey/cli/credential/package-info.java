/** Commands about control tokens and data keys. */
@NullMarked
package dev.inferencekey.cli.credential;

import org.jspecify.annotations.NullMarked;
