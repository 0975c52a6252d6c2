package dev.inferencekey.server.runtime.isolation;

import java.nio.file.Path;
import java.util.List;

/** One thing that a model server sees of the file system. What is below comes with it. */
sealed interface Exposure {
    /** As {@code sandbox.sh} and {@link LandlockLauncher} read it. */
    List<String> words();

    /** May be read and run. */
    record View(Path path) implements Exposure {
        @Override
        public List<String> words() {
            return List.of("view", path.toString());
        }
    }

    /** May be changed as well. */
    record Own(Path path) implements Exposure {
        @Override
        public List<String> words() {
            return List.of("own", path.toString());
        }
    }

    /** May be changed, and appears in another place where that is possible. */
    record At(Path from, Path path) implements Exposure {
        @Override
        public List<String> words() {
            return List.of("at", from.toString(), path.toString());
        }
    }

    /** A symbolic link. */
    record Link(Path path, Path target) implements Exposure {
        @Override
        public List<String> words() {
            return List.of("link", path.toString(), target.toString());
        }
    }
}
