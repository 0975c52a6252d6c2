/** What all pages have in common. */
@NullMarked
package dev.inferencekey.server.dashboard.page;

import org.jspecify.annotations.NullMarked;
