/** The first start. */
@NullMarked
package dev.inferencekey.server.manager.setup;

import org.jspecify.annotations.NullMarked;
