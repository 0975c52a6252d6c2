@NullMarked
package dev.inferencekey.server.store.transfer;

import org.jspecify.annotations.NullMarked;
