/** How the control plane's state reaches the data plane, and what the data plane reports back. */
@NullMarked
package dev.inferencekey.server.ports.access;

import org.jspecify.annotations.NullMarked;
