@NullMarked
package dev.inferencekey.server.manager.http;

import org.jspecify.annotations.NullMarked;
