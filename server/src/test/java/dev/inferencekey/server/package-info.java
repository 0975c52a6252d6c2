/** Laws that hold for the whole platform. */
@NullMarked
package dev.inferencekey.server;

import org.jspecify.annotations.NullMarked;
