/** Grammars made of schemas. */
@NullMarked
package dev.inferencekey.engine.grammar;

import org.jspecify.annotations.NullMarked;
