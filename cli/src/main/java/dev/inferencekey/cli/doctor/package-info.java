/** What may be wrong with this machine, and what to do about it. */
@NullMarked
package dev.inferencekey.cli.doctor;

import org.jspecify.annotations.NullMarked;
