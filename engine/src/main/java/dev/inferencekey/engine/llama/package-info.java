/** The llama.cpp binding made safe for many threads: loading, tokenizing, generating, embedding, reranking. */
@NullMarked
package dev.inferencekey.engine.llama;

import org.jspecify.annotations.NullMarked;
