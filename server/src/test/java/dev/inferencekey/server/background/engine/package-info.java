@NullMarked
package dev.inferencekey.server.background.engine;

import org.jspecify.annotations.NullMarked;
