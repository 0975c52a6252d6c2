/** Tests of the pages of budgets. */
@NullMarked
package dev.inferencekey.server.dashboard.budget;

import org.jspecify.annotations.NullMarked;
