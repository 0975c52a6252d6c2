/** Links that make whoever opens them first a member, or the owner of the installation. */
@NullMarked
package dev.inferencekey.server.manager.invitation;

import org.jspecify.annotations.NullMarked;
