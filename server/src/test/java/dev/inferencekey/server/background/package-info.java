/** Work with no caller waiting, with made-up replicas and time. */
@NullMarked
package dev.inferencekey.server.background;

import org.jspecify.annotations.NullMarked;
