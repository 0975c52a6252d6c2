/** Projects: the list, and a project's home and settings. */
@NullMarked
package dev.inferencekey.server.dashboard.project;

import org.jspecify.annotations.NullMarked;
