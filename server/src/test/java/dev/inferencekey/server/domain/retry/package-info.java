@NullMarked
package dev.inferencekey.server.domain.retry;

import org.jspecify.annotations.NullMarked;
