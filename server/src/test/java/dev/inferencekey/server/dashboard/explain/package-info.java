/** The pages that explain a refusal. */
@NullMarked
package dev.inferencekey.server.dashboard.explain;

import org.jspecify.annotations.NullMarked;
