package dev.inferencekey.server.runtime.isolation;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Landlock, through {@link LandlockLauncher}.
 *
 * @param setpriv takes root's capabilities away; null where the platform has none
 */
record LandlockMechanism(Path java, @Nullable Path setpriv) implements Mechanism {
    private static final Path PROCESSES = Path.of("/proc");

    /** Of the devices; the rest, such as terminals, may belong to the same user. */
    private static final String NEEDED_DEVICES =
            "{null,zero,full,random,urandom,shm,kfd,dri,nvidia*,accel*,davinci*,infiniband}";

    @Override
    public EngineIsolation kind() {
        return EngineIsolation.LANDLOCK;
    }

    @Override
    public boolean ownUser() {
        return false;
    }

    @Override
    public List<String> wrap(
            List<String> command, List<Exposure> exposures, Path room, Path work, @Nullable Integer user) {
        List<String> full = new ArrayList<>();
        if (setpriv != null) {
            full.addAll(
                    List.of(setpriv.toString(), "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all", "--"));
        }
        full.addAll(List.of(
                java.toString(),
                "-Xmx32m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classes().toString(),
                LandlockLauncher.class.getName()));
        for (Exposure exposure : exposures) {
            if (exposure.equals(new Exposure.Own(Sight.DEVICES))) {
                devices().forEach(device -> full.addAll(new Exposure.Own(device).words()));
            } else {
                full.addAll(exposure.words());
            }
        }
        full.addAll(new Exposure.View(PROCESSES).words());
        full.add("--");
        full.addAll(command);
        return full;
    }

    private static List<Path> devices() {
        List<Path> devices = new ArrayList<>();
        try (DirectoryStream<Path> needed = Files.newDirectoryStream(Sight.DEVICES, NEEDED_DEVICES)) {
            needed.forEach(devices::add);
        } catch (IOException e) {
            // Then it has none.
        }
        return devices;
    }

    private static Path classes() {
        try {
            return Path.of(LandlockLauncher.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
