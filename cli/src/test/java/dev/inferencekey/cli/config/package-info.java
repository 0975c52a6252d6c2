@NullMarked
package dev.inferencekey.cli.config;

import org.jspecify.annotations.NullMarked;
