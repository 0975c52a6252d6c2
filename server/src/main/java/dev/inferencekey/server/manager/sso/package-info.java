/** Signing in through an OpenID provider; the only package that knows the protocol's library. */
@NullMarked
package dev.inferencekey.server.manager.sso;

import org.jspecify.annotations.NullMarked;
