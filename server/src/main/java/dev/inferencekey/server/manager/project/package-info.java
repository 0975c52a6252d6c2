/** Projects. */
@NullMarked
package dev.inferencekey.server.manager.project;

import org.jspecify.annotations.NullMarked;
