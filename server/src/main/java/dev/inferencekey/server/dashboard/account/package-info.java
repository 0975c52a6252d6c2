/** Signing in, accepting an invitation, and a person's own account. */
@NullMarked
package dev.inferencekey.server.dashboard.account;

import org.jspecify.annotations.NullMarked;
