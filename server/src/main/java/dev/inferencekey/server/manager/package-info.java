/** The control plane: {@link dev.inferencekey.server.manager.ManagerServer} is where to begin. */
@NullMarked
package dev.inferencekey.server.manager;

import org.jspecify.annotations.NullMarked;
