/** Signing in, and links that let people in. */
@NullMarked
package dev.inferencekey.server.dashboard.account;

import org.jspecify.annotations.NullMarked;
