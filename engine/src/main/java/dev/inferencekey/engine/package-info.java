/** The embedded engine: a program of its own that serves one GGUF model over llama-server's HTTP surface. */
@NullMarked
package dev.inferencekey.engine;

import org.jspecify.annotations.NullMarked;
