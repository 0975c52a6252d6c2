/** Budgets as people set and see them. */
@NullMarked
package dev.inferencekey.server.manager.budget;

import org.jspecify.annotations.NullMarked;
