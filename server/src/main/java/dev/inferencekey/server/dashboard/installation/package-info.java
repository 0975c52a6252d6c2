/** Settings of the whole installation. */
@NullMarked
package dev.inferencekey.server.dashboard.installation;

import org.jspecify.annotations.NullMarked;
