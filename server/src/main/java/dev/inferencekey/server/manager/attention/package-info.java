/** What people of a project should look at. */
@NullMarked
package dev.inferencekey.server.manager.attention;

import org.jspecify.annotations.NullMarked;
