@NullMarked
package dev.inferencekey.server.manager.session;

import org.jspecify.annotations.NullMarked;
