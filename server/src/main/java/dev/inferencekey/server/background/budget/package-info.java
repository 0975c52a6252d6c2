/** What this node holds of budgets, what was spent of them, and who is warned. */
@NullMarked
package dev.inferencekey.server.background.budget;

import org.jspecify.annotations.NullMarked;
