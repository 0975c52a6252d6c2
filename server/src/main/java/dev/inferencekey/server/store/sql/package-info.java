/**
 * What all databases have in common: the tables, and what the product does with them, in one text. What a database says in its own way is a
 * {@link dev.inferencekey.server.store.sql.Dialect}; how it is opened and what its failures mean is in the package of its own.
 */
@NullMarked
package dev.inferencekey.server.store.sql;

import org.jspecify.annotations.NullMarked;
