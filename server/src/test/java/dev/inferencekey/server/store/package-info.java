/** What every store must do. */
@NullMarked
package dev.inferencekey.server.store;

import org.jspecify.annotations.NullMarked;
