/** Pages for people, over the manager's services: what a page shows or changes, the API can, too. */
@NullMarked
package dev.inferencekey.server.dashboard;

import org.jspecify.annotations.NullMarked;
