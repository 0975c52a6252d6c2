/** Commands about who is asking: signing in and out, sign-ins, password. */
@NullMarked
package dev.inferencekey.cli.session;

import org.jspecify.annotations.NullMarked;
