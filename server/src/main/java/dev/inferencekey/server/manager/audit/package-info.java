/** The audit trail. */
@NullMarked
package dev.inferencekey.server.manager.audit;

import org.jspecify.annotations.NullMarked;
