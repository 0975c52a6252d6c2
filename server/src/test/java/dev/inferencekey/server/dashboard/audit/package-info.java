/** The Audit screens. */
@NullMarked
package dev.inferencekey.server.dashboard.audit;

import org.jspecify.annotations.NullMarked;
