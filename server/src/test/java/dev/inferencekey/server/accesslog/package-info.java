/** Tests. */
@NullMarked
package dev.inferencekey.server.accesslog;

import org.jspecify.annotations.NullMarked;
