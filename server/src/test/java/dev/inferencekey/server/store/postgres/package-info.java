@NullMarked
package dev.inferencekey.server.store.postgres;

import org.jspecify.annotations.NullMarked;
