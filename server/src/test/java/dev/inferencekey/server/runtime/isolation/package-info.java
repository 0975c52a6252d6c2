@NullMarked
package dev.inferencekey.server.runtime.isolation;

import org.jspecify.annotations.NullMarked;
