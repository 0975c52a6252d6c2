/** Tests of the engine as the platform sees it: a child process, real llama.cpp inside, HTTP outside. */
@NullMarked
package dev.inferencekey.engine.process;

import org.jspecify.annotations.NullMarked;
