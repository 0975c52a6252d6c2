/** What happened, by whom, from where. */
@NullMarked
package dev.inferencekey.server.domain.audit;

import org.jspecify.annotations.NullMarked;
