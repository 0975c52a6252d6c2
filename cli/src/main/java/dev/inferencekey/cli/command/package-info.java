/** What all commands share: the options that each takes, what they may reach, how they answer and fail. */
@NullMarked
package dev.inferencekey.cli.command;

import org.jspecify.annotations.NullMarked;
