/** Projects, people and their roles. */
@NullMarked
package dev.inferencekey.server.domain.project;

import org.jspecify.annotations.NullMarked;
