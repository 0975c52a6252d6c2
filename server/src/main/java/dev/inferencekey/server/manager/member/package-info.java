/** Who belongs to a project. */
@NullMarked
package dev.inferencekey.server.manager.member;

import org.jspecify.annotations.NullMarked;
