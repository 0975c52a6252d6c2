package dev.inferencekey.cli.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page in Markdown. Immutable and thread-safe.
 *
 * @param path below the repository's root
 * @param lines without line ends
 */
record Page(Path path, List<String> lines) {
    /** The repository's root, from where tests run. */
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** Whether pages that are made from the code are to be written instead of compared. */
    static final boolean WRITE = System.getenv("INFERENCEKEY_WRITE_DOCS") != null;

    private static final Pattern FENCE = Pattern.compile("^(\\s*)(`{3,})\\s*([\\w+-]*)\\s*$");
    private static final Pattern HEADING = Pattern.compile("^(#{1,6})\\s+(.*?)\\s*#*$");
    private static final Pattern LINK_TEXT = Pattern.compile("!?\\[([^]]*)]\\([^)]*\\)");
    private static final Set<String> NOT_OURS = Set.of("target", "node_modules", ".git", ".idea", ".mirror");

    Page {
        lines = List.copyOf(lines);
    }

    /**
     * A piece of code.
     *
     * @param line where it begins, from 1
     * @param language what the fence says; empty for indented code and where it says nothing
     * @param indented whether four spaces make it code, instead of a fence
     * @param before the line above the fence, stripped
     * @param text without the fence's own indentation; ends with a line end
     */
    record Code(Page page, int line, String language, boolean indented, String before, String text) {
        @Override
        public String toString() {
            return page.path + ":" + line;
        }
    }

    static Page read(Path path) {
        try {
            return new Page(ROOT.relativize(path.toAbsolutePath().normalize()), Files.readAllLines(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every page of the repository: the site's, the modules' and the root's. */
    static List<Page> all() {
        return files(".md").stream().map(Page::read).toList();
    }

    /** The pages of the site but for decisions, which are kept as they were taken. */
    static List<Page> ofSite() {
        return all().stream()
                .filter(page -> page.path.startsWith("docs") && !page.path.startsWith("docs/decisions"))
                .toList();
    }

    /** Every file of the repository whose name ends so. */
    static List<Path> files(String end) {
        List<Path> found = new ArrayList<>();
        try {
            Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    return NOT_OURS.contains(String.valueOf(folder.getFileName()))
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (file.toString().endsWith(end)) {
                        found.add(file);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found.stream().sorted().toList();
    }

    /** All code, fenced or indented by four spaces after a blank line. */
    List<Code> code() {
        List<Code> code = new ArrayList<>();
        String last = "";
        boolean list = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            Matcher fence = FENCE.matcher(line);
            if (fence.matches()) {
                int begin = i + 1;
                int end = begin;
                while (end < lines.size() && !lines.get(end).strip().equals(fence.group(2))) {
                    end++;
                }
                code.add(new Code(this, begin, fence.group(3), false, last.strip(), text(begin, end, fence.group(1))));
                i = end;
            } else if (line.startsWith("    ") && last.isBlank() && !list) {
                int end = i;
                while (end < lines.size()
                        && (lines.get(end).isBlank() || lines.get(end).startsWith("    "))) {
                    end++;
                }
                code.add(
                        new Code(this, i + 1, "", true, "", text(i, end, "    ").stripTrailing() + "\n"));
                i = end - 1;
            } else if (!line.isBlank() && !line.startsWith(" ")) {
                list = line.matches("([-*]|\\d+\\.) .*");
            }
            last = lines.get(i);
        }
        return code;
    }

    private String text(int begin, int end, String indentation) {
        StringBuilder text = new StringBuilder();
        for (String line : lines.subList(begin, Math.min(end, lines.size()))) {
            text.append(line.startsWith(indentation) ? line.substring(indentation.length()) : line.strip())
                    .append('\n');
        }
        return text.toString();
    }

    /** The lines without those of code; code's lines are empty, so that numbers stay. */
    List<String> prose() {
        List<String> prose = new ArrayList<>(lines);
        for (Code code : code()) {
            long count = code.text.lines().count();
            int begin = code.indented ? code.line - 1 : code.line;
            for (int i = begin; i < Math.min(begin + count, prose.size()); i++) {
                prose.set(i, "");
            }
        }
        return prose;
    }

    /** What links into this page may name: its headings, as GitHub and the site make anchors of them. */
    Set<String> anchors() {
        Set<String> anchors = new HashSet<>();
        Map<String, Integer> times = new HashMap<>();
        for (String line : prose()) {
            Matcher heading = HEADING.matcher(line);
            if (heading.matches()) {
                String slug = slug(heading.group(2));
                int before = times.merge(slug, 1, Integer::sum) - 1;
                anchors.add(before == 0 ? slug : slug + "-" + before);
            }
            Matcher named = Pattern.compile("<a id=\"([^\"]+)\"").matcher(line);
            while (named.find()) {
                anchors.add(named.group(1));
            }
        }
        return anchors;
    }

    private static String slug(String heading) {
        return LINK_TEXT
                .matcher(heading)
                .replaceAll("$1")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                .replace(' ', '-');
    }
}
