/** Issued credentials as the platform knows them: grants, scopes, secrets' digests and whether they are alive. */
@NullMarked
package dev.inferencekey.server.domain.credential;

import org.jspecify.annotations.NullMarked;
