/** Tests of the SQLite store. */
@NullMarked
package dev.inferencekey.server.store.sqlite;

import org.jspecify.annotations.NullMarked;
