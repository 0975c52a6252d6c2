/** Pages about the nodes of the deployment. */
@NullMarked
package dev.inferencekey.server.dashboard.node;

import org.jspecify.annotations.NullMarked;
