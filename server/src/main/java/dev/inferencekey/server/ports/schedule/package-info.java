/** Work that some node of an installation does, and no two at the same time. */
@NullMarked
package dev.inferencekey.server.ports.schedule;

import org.jspecify.annotations.NullMarked;
