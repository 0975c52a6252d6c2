/** The usage journal with real files. */
@NullMarked
package dev.inferencekey.server.journal;

import org.jspecify.annotations.NullMarked;
