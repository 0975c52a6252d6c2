/** What is compared: each starts one program in front of the model server. */
@NullMarked
package dev.inferencekey.bench.contender;

import org.jspecify.annotations.NullMarked;
