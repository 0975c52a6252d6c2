/** The engine's command line: llama-server's flags, parsed and checked before anything is loaded. */
@NullMarked
package dev.inferencekey.engine.options;

import org.jspecify.annotations.NullMarked;
