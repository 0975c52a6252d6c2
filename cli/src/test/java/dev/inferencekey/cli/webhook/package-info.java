@NullMarked
package dev.inferencekey.cli.webhook;

import org.jspecify.annotations.NullMarked;
