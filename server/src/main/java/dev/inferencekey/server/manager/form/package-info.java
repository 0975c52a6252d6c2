/** Forms of pages. */
@NullMarked
package dev.inferencekey.server.manager.form;

import org.jspecify.annotations.NullMarked;
