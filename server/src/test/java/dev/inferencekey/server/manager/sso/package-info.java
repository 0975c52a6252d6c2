@NullMarked
package dev.inferencekey.server.manager.sso;

import org.jspecify.annotations.NullMarked;
