/** The nodes of the deployment, for owners of the installation. */
@NullMarked
package dev.inferencekey.server.manager.node;

import org.jspecify.annotations.NullMarked;
