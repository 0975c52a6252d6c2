package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/** The packages that a folder's {@code package-lock.json} names. */
final class NodePackages {
    private NodePackages() {}

    /** Installs them, unless they are there. Whoever comes second, in this process or another one, waits for the first. */
    static synchronized void install(Path folder) throws IOException, InterruptedException {
        Path locks = Files.createDirectories(Path.of("target", "npm"));
        try (FileChannel channel = FileChannel.open(
                        locks.resolve(folder.getFileName() + ".lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                FileLock _ = channel.lock()) {
            if (isInstalled(folder)) {
                return;
            }
            Process npm = new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            npm.getOutputStream().close();
            String printed = new String(npm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(npm.waitFor(3, TimeUnit.MINUTES)).isTrue();
            assertThat(npm.exitValue()).as(printed).isZero();
        }
    }

    /** npm writes its own note last. */
    private static boolean isInstalled(Path folder) throws IOException {
        Path note = folder.resolve("node_modules/.package-lock.json");
        return Files.exists(note)
                && Files.getLastModifiedTime(note)
                                .compareTo(Files.getLastModifiedTime(folder.resolve("package-lock.json")))
                        >= 0;
    }
}
