@NullMarked
package dev.inferencekey.server.background.budget;

import org.jspecify.annotations.NullMarked;
