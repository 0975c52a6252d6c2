@NullMarked
package dev.inferencekey.server.dashboard.page;

import org.jspecify.annotations.NullMarked;
