@NullMarked
package dev.inferencekey.server.domain.upstream;

import org.jspecify.annotations.NullMarked;
