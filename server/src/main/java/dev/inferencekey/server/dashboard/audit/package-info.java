/** Who did what, when and from where. */
@NullMarked
package dev.inferencekey.server.dashboard.audit;

import org.jspecify.annotations.NullMarked;
