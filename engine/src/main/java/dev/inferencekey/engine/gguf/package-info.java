/** Model files in the GGUF v3 format: reading their header, writing them, and the tiny model of tests and demo. */
@NullMarked
package dev.inferencekey.engine.gguf;

import org.jspecify.annotations.NullMarked;
