/** The store of a single machine: one SQLite file, nothing to install. */
@NullMarked
package dev.inferencekey.server.store.sqlite;

import org.jspecify.annotations.NullMarked;
