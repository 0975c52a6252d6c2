/** What requests used, from the journal to the store and to its sums; and what else the data plane reports. */
@NullMarked
package dev.inferencekey.server.background.usage;

import org.jspecify.annotations.NullMarked;
