/** Why a request is let through or refused. */
@NullMarked
package dev.inferencekey.server.dashboard.explain;

import org.jspecify.annotations.NullMarked;
