/** What may be spent: budgets per key, workload and project, their periods, and the arithmetic that never lets one be overspent. */
@NullMarked
package dev.inferencekey.server.domain.budget;

import org.jspecify.annotations.NullMarked;
