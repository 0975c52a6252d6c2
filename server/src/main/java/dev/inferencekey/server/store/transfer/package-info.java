/** Moving, backing up and checking whole stores, of either kind. */
@NullMarked
package dev.inferencekey.server.store.transfer;

import org.jspecify.annotations.NullMarked;
