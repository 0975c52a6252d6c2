/** Commands about SDK tokens and API keys. */
@NullMarked
package dev.inferencekey.cli.credential;

import org.jspecify.annotations.NullMarked;
