@NullMarked
package dev.inferencekey.cli.store;

import org.jspecify.annotations.NullMarked;
