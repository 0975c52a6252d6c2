/** Why a credential is let through or refused. */
@NullMarked
package dev.inferencekey.server.manager.explain;

import org.jspecify.annotations.NullMarked;
