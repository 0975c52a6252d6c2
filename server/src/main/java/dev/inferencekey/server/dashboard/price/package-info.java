/** What the tokens of workloads cost. */
@NullMarked
package dev.inferencekey.server.dashboard.price;

import org.jspecify.annotations.NullMarked;
