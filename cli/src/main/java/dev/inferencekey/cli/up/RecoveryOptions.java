package dev.inferencekey.cli.up;

import picocli.CommandLine.Option;

/** What a start may go on without after a loss. Filled by picocli on one thread. */
final class RecoveryOptions {
    @Option(
            names = "--accept-empty-database",
            description = "Start over in a data folder whose database is gone. Without this, such a start is refused.")
    private boolean emptyDatabase;

    @Option(
            names = "--accept-new-master-key",
            description = "Go on with another master key than the one that secrets were stored with; they have to be"
                    + " stored again. Without this, such a start is refused.")
    private boolean newMasterKey;

    LaunchSettings.Recovery settings() {
        return new LaunchSettings.Recovery(emptyDatabase, newMasterKey);
    }
}
