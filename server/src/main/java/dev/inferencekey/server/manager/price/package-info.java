/** What the tokens of workloads cost. */
@NullMarked
package dev.inferencekey.server.manager.price;

import org.jspecify.annotations.NullMarked;
