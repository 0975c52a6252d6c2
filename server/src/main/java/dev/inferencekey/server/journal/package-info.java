/** The usage journal: mapped files in the data folder. Read {@link dev.inferencekey.server.journal.MappedUsageJournal} first. */
@NullMarked
package dev.inferencekey.server.journal;

import org.jspecify.annotations.NullMarked;
