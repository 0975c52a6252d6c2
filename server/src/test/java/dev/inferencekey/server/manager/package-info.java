/** Tests of the control plane over real sockets. */
@NullMarked
package dev.inferencekey.server.manager;

import org.jspecify.annotations.NullMarked;
