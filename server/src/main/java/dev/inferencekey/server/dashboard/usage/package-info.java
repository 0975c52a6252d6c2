/** What was used, over time. */
@NullMarked
package dev.inferencekey.server.dashboard.usage;

import org.jspecify.annotations.NullMarked;
