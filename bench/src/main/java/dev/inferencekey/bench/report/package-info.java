/** What a comparison leaves behind: a table, a file, a picture. */
@NullMarked
package dev.inferencekey.bench.report;

import org.jspecify.annotations.NullMarked;
