/** Grammars in llama.cpp's notation, which let a model write nothing but JSON of a given form. */
@NullMarked
package dev.inferencekey.engine.grammar;

import org.jspecify.annotations.NullMarked;
