/** The embedded llama.cpp engine, a program of its own: its {@code main} speaks llama-server's HTTP surface. */
@NullMarked
package dev.inferencekey.engine;

import org.jspecify.annotations.NullMarked;
