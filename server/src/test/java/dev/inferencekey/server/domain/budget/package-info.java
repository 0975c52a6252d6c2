@NullMarked
package dev.inferencekey.server.domain.budget;

import org.jspecify.annotations.NullMarked;
