/** Liveness, readiness, and the OpenAPI document. */
@NullMarked
package dev.inferencekey.server.manager.health;

import org.jspecify.annotations.NullMarked;
