/** What a declaration may say about the engine that serves its model: flags, model files, environment variables. Pure. */
@NullMarked
package dev.inferencekey.server.domain.engine;

import org.jspecify.annotations.NullMarked;
