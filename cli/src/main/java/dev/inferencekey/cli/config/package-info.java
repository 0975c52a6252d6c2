/** Looks at a server's settings without starting one. */
@NullMarked
package dev.inferencekey.cli.config;

import org.jspecify.annotations.NullMarked;
