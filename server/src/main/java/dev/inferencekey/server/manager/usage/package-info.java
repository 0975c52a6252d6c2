/** What was used. */
@NullMarked
package dev.inferencekey.server.manager.usage;

import org.jspecify.annotations.NullMarked;
