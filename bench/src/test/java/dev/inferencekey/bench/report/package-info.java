/** Tests of the harness's own parsers and numbers; nothing is loaded or measured. */
@NullMarked
package dev.inferencekey.bench.report;

import org.jspecify.annotations.NullMarked;
