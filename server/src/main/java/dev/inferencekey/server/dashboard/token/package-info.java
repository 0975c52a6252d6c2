/** The Tokens screen: credentials of the control plane. */
@NullMarked
package dev.inferencekey.server.dashboard.token;

import org.jspecify.annotations.NullMarked;
