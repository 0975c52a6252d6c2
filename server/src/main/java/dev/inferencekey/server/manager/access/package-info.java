/** Who is calling the control plane, and what the call is about. */
@NullMarked
package dev.inferencekey.server.manager.access;

import org.jspecify.annotations.NullMarked;
