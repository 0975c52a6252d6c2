/** API keys ({@code ik_live_}). */
@NullMarked
package dev.inferencekey.server.manager.key;

import org.jspecify.annotations.NullMarked;
