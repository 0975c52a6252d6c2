/** Tests of the control plane's parts. */
@NullMarked
package dev.inferencekey.server.manager.workload;

import org.jspecify.annotations.NullMarked;
