@NullMarked
package dev.inferencekey.server.store.sql;

import org.jspecify.annotations.NullMarked;
