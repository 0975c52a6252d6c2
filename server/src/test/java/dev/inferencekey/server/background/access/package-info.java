@NullMarked
package dev.inferencekey.server.background.access;

import org.jspecify.annotations.NullMarked;
