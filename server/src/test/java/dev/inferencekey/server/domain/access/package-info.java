/** Tests of the authorization decision. */
@NullMarked
package dev.inferencekey.server.domain.access;

import org.jspecify.annotations.NullMarked;
