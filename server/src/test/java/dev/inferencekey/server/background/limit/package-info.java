@NullMarked
package dev.inferencekey.server.background.limit;

import org.jspecify.annotations.NullMarked;
