@NullMarked
package dev.inferencekey.server.domain.replica;

import org.jspecify.annotations.NullMarked;
