/** Budgets of keys, workloads and projects. */
@NullMarked
package dev.inferencekey.server.dashboard.budget;

import org.jspecify.annotations.NullMarked;
