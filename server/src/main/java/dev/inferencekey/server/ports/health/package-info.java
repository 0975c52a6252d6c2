/** Whether the platform is well, as one truth for everyone who asks. */
@NullMarked
package dev.inferencekey.server.ports.health;

import org.jspecify.annotations.NullMarked;
