/** Tests of the harness's own parsers and numbers; nothing is loaded or measured. */
@NullMarked
package dev.inferencekey.bench.load;

import org.jspecify.annotations.NullMarked;
