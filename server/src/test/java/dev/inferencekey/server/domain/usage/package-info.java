@NullMarked
package dev.inferencekey.server.domain.usage;

import org.jspecify.annotations.NullMarked;
