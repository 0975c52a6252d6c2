package dev.inferencekey.cli.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Where this installation has its documentation (decisions 58 and 67). Stateless and thread-safe. */
public final class DocumentationPlace {
    /** Set by the launcher: the folder with the pages. */
    private static final String FOLDER = "inferencekey.docs";

    private DocumentationPlace() {}

    /** Names a page so that it can be opened: {@code reference/errors.md#internal}. */
    public static String page(String below) {
        return System.getProperty(FOLDER, "docs") + "/" + below;
    }

    /** The folder with the site that was made of the pages: a release has it beside them, a checkout where {@code build/docs} puts it. */
    public static Optional<Path> site() {
        return Optional.ofNullable(System.getProperty(FOLDER))
                .map(Path::of)
                .flatMap(pages -> Stream.of("site", "target/site")
                        .map(pages::resolveSibling)
                        .filter(folder -> Files.isRegularFile(folder.resolve("index.html")))
                        .findFirst());
    }
}
