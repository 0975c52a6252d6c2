/** The data plane's routes and what a request leaves behind. */
@NullMarked
package dev.inferencekey.server.domain.inference;

import org.jspecify.annotations.NullMarked;
