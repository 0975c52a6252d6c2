/**
 * The client's insides: HTTP, retries, bodies, event streams and JSON. Public for the package above only; not API, and free to change
 * in any release.
 *
 * <p>How it runs. Each HTTP call is one asynchronous {@link dev.inferencekey.internal.PendingCall} with its retries; the
 * synchronous methods wait for it, the asynchronous ones pass it on, so an inference call in flight holds no thread. Exceptions
 * are made one package above, in the thread of the caller who waits, so that stack traces show where the call came from.
 */
@NullMarked
package dev.inferencekey.internal;

import org.jspecify.annotations.NullMarked;
