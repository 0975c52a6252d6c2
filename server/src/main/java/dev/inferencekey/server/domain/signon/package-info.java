/** Single sign-on: what an installation knows of its provider of identities. */
@NullMarked
package dev.inferencekey.server.domain.signon;

import org.jspecify.annotations.NullMarked;
