/** Commands about who is asking: login, logout, whoami. */
@NullMarked
package dev.inferencekey.cli.session;

import org.jspecify.annotations.NullMarked;
