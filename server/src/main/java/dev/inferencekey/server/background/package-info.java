/** Work with no caller waiting: what runs, what the data plane knows, what it reports. */
@NullMarked
package dev.inferencekey.server.background;

import org.jspecify.annotations.NullMarked;
