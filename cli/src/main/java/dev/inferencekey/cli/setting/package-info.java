/** The settings of a server: one name in flag, variable and file, and which of them holds. */
@NullMarked
package dev.inferencekey.cli.setting;

import org.jspecify.annotations.NullMarked;
