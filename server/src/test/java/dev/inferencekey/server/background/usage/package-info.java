@NullMarked
package dev.inferencekey.server.background.usage;

import org.jspecify.annotations.NullMarked;
