/** The data plane's routes. */
@NullMarked
package dev.inferencekey.server.domain.inference;

import org.jspecify.annotations.NullMarked;
