/** The store of many nodes: a PostgreSQL database. */
@NullMarked
package dev.inferencekey.server.store.postgres;

import org.jspecify.annotations.NullMarked;
