/** Tests. */
@NullMarked
package dev.inferencekey.server.admin;

import org.jspecify.annotations.NullMarked;
