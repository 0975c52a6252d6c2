package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.e2e.MavenModules.Module;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationElement;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The inner loop leaves out what is marked as slow, so each test that can start a server or a program has to be marked, in every module. Looks
 * at compiled classes: from each test class to the classes that it mentions, and so on within the tests of its module. Modules in folders of
 * folders may not be compiled yet when this runs: of those it reads the sources.
 */
class TestTagsTest {
    /** What starts something. */
    private static final Set<String> STARTS = Set.of(
            "java/lang/ProcessBuilder",
            "java/net/ServerSocket",
            "java/nio/channels/ServerSocketChannel",
            "com/sun/net/httpserver/HttpServer",
            "dev/inferencekey/engine/http/EngineServer",
            "dev/inferencekey/server/admin/AdminServer",
            "dev/inferencekey/server/app/Platform",
            "dev/inferencekey/server/gateway/GatewayServer",
            "dev/inferencekey/server/manager/ManagerServer",
            "dev/inferencekey/server/runtime/process/ProcessDriver",
            "dev/inferencekey/server/runtime/simulator/SimulatorDriver",
            "dev/inferencekey/cli/up/EmbeddedPlatform",
            "dev/inferencekey/testkit/InferenceKeyPlatform");

    private static final Pattern SUPERCLASS = Pattern.compile("\\bextends (\\w+)");

    private static final Set<String> LEFT_OUT = Set.of("slow", "alone");

    /** A class with all that is nested in it. */
    private static final class Outer {
        final Set<String> mentions = new TreeSet<>();
        final Set<String> tags = new TreeSet<>();
        final Set<String> parents = new TreeSet<>();
    }

    @Test
    void aTestThatCanStartAServerOrAProgramIsMarked() throws IOException {
        Set<String> starting = new TreeSet<>();
        Set<String> unmarked = new TreeSet<>();
        for (Module module : MavenModules.all()) {
            Path tests = module.path().resolve("src/test/java");
            // No test of this module is in the inner loop.
            if (!Files.isDirectory(tests) || module.name().equals("e2e")) {
                continue;
            }
            Map<String, Outer> classes = module.folder().contains("/")
                    ? testSources(tests)
                    : testClasses(module.path().resolve("target/test-classes"));
            classes.keySet().stream().filter(name -> name.endsWith("Test")).forEach(name -> {
                if (canStart(name, classes)) {
                    starting.add(name);
                    if (!isMarked(name, classes)) {
                        unmarked.add(name);
                    }
                }
            });
        }
        assertThat(unmarked)
                .as("give these @Tag(\"slow\"), see CONTRIBUTING.md")
                .isEmpty();
        assertThat(starting)
                .contains(
                        "dev/inferencekey/server/gateway/StreamingTest",
                        "dev/inferencekey/engine/process/ChatTest",
                        "dev/inferencekey/RetryTest")
                .hasSizeGreaterThan(90);
    }

    private static boolean canStart(String test, Map<String, Outer> classes) {
        Set<String> seen = new TreeSet<>();
        Deque<String> next = new ArrayDeque<>(List.of(test));
        while (!next.isEmpty()) {
            Outer outer = classes.get(next.pop());
            if (outer == null) {
                continue;
            }
            for (String mentioned : outer.mentions) {
                if (STARTS.contains(mentioned)) {
                    return true;
                }
                if (seen.add(mentioned)) {
                    next.push(mentioned);
                }
            }
        }
        return false;
    }

    private static boolean isMarked(String name, Map<String, Outer> classes) {
        Outer outer = classes.get(name);
        return outer != null
                && (outer.tags.stream().anyMatch(LEFT_OUT::contains)
                        || outer.parents.stream().anyMatch(parent -> isMarked(parent, classes)));
    }

    private static Map<String, Outer> testClasses(Path folder) throws IOException {
        Map<String, Outer> classes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(file -> file.toString().endsWith(".class")).forEach(file -> {
                try {
                    add(ClassFile.of().parse(file), classes);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return classes;
    }

    /** The same of sources, by simple names. */
    private static Map<String, Outer> testSources(Path folder) throws IOException {
        Map<String, Outer> classes = new TreeMap<>();
        Map<String, String> texts = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file :
                    files.filter(found -> found.toString().endsWith(".java")).toList()) {
                texts.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
            }
        }
        texts.forEach((name, text) -> {
            Set<String> words = Set.copyOf(List.of(text.split("\\W+")));
            Outer outer = classes.computeIfAbsent(name, _ -> new Outer());
            STARTS.stream()
                    .filter(started -> words.contains(started.substring(started.lastIndexOf('/') + 1)))
                    .forEach(outer.mentions::add);
            texts.keySet().stream().filter(words::contains).forEach(outer.mentions::add);
            LEFT_OUT.stream()
                    .filter(tag -> text.contains("@Tag(\"" + tag + "\")"))
                    .forEach(outer.tags::add);
            SUPERCLASS.matcher(text).results().forEach(parent -> outer.parents.add(parent.group(1)));
        });
        return classes;
    }

    private static void add(ClassModel model, Map<String, Outer> classes) {
        String name = model.thisClass().asInternalName();
        Outer outer = classes.computeIfAbsent(outermost(name), _ -> new Outer());
        for (PoolEntry entry : model.constantPool()) {
            if (entry instanceof ClassEntry mentioned) {
                outer.mentions.add(outermost(mentioned.asInternalName()));
            }
        }
        if (!name.contains("$")) {
            model.superclass().ifPresent(parent -> outer.parents.add(parent.asInternalName()));
            model.findAttribute(Attributes.runtimeVisibleAnnotations())
                    .ifPresent(
                            found -> found.annotations().forEach(annotation -> outer.tags.addAll(texts(annotation))));
        }
    }

    /** The texts that an annotation holds, those of repeated annotations included. */
    private static Set<String> texts(Annotation annotation) {
        Set<String> texts = new TreeSet<>();
        for (AnnotationElement element : annotation.elements()) {
            switch (element.value()) {
                case AnnotationValue.OfString text -> texts.add(text.stringValue());
                case AnnotationValue.OfArray array ->
                    array.values().forEach(value -> {
                        if (value instanceof AnnotationValue.OfAnnotation repeated) {
                            texts.addAll(texts(repeated.annotation()));
                        }
                    });
                default -> {}
            }
        }
        return texts;
    }

    private static String outermost(String name) {
        int nested = name.indexOf('$');
        return nested < 0 ? name : name.substring(0, nested);
    }
}
