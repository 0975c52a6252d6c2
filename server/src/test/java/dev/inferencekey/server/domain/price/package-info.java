@NullMarked
package dev.inferencekey.server.domain.price;

import org.jspecify.annotations.NullMarked;
