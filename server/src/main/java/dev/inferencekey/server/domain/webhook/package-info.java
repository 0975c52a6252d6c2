/** What happens that somebody outside is told of. */
@NullMarked
package dev.inferencekey.server.domain.webhook;

import org.jspecify.annotations.NullMarked;
