package dev.inferencekey.cli.setting;

import java.nio.file.Path;

/** Who says what a setting is. */
public sealed interface Origin {
    /** Nobody: the default holds. */
    record Default() implements Origin {
        @Override
        public String toString() {
            return "default";
        }
    }

    /** A line of the configuration file. */
    record Line(Path file, int line) implements Origin {
        @Override
        public String toString() {
            return file + ":" + line;
        }
    }

    /** A variable of the environment. */
    record Variable(String name) implements Origin {
        @Override
        public String toString() {
            return name;
        }
    }

    /** The command line. */
    record Flag() implements Origin {
        @Override
        public String toString() {
            return "flag";
        }
    }
}
