/** Durable state: one transactional store, one interface per noun. */
@NullMarked
package dev.inferencekey.server.ports.store;

import org.jspecify.annotations.NullMarked;
