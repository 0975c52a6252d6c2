/**
 * The programs that the documentation shows. {@code DocumentedProgramsTest} runs them; what stands between {@code docs:start} and {@code
 * docs:end} is on a page, word for word.
 */
@NullMarked
package dev.inferencekey.e2e.docs;

import org.jspecify.annotations.NullMarked;
