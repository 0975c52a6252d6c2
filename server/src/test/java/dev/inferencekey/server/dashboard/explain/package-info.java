@NullMarked
package dev.inferencekey.server.dashboard.explain;

import org.jspecify.annotations.NullMarked;
