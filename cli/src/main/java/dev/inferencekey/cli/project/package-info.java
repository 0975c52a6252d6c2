/** Commands about projects, their members and their upstream secrets. */
@NullMarked
package dev.inferencekey.cli.project;

import org.jspecify.annotations.NullMarked;
