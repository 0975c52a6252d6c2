package dev.inferencekey.cli.up;

import java.nio.file.Path;

/** The platform of this product, in this process. */
public final class EmbeddedPlatform implements PlatformLauncher {
    @Override
    public RunningPlatform start(Path dataFolder, String host, int port) {
        throw new IllegalStateException("the platform is not part of this build");
    }
}
