/** SDK tokens ({@code ik_sdk_}). */
@NullMarked
package dev.inferencekey.server.manager.token;

import org.jspecify.annotations.NullMarked;
