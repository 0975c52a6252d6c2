package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.e2e.MavenModules.Module;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which Maven module may depend on which; inside {@code server}, ArchitectureTest goes on. A law that is in the way is changed here. */
final class ModuleLawsTest {
    /** What a module may hand to whoever uses it. */
    private static final Map<String, Set<String>> MAY_NEED = Map.of(
            "contract", Set.of(),
            "sdk", Set.of("contract"),
            "declaration", Set.of("sdk"),
            "engine", Set.of(),
            "server", Set.of("contract"),
            "cli", Set.of("contract", "sdk", "declaration", "engine", "server"),
            "testkit", Set.of("contract", "sdk", "engine", "server"),
            "bom", Set.of(),
            "bench", Set.of("contract", "sdk", "engine", "server", "cli"),
            "e2e", Set.of());

    /** What applications and builds use is made of the client alone. */
    private static final Map<String, Set<String>> MAY_NEED_IN_FOLDER = Map.of(
            "frameworks/",
            Set.of("sdk", "declaration", "spring-boot-starter", "quarkus"),
            "build-plugins/",
            Set.of("sdk", "declaration", "gradle-plugin"));

    /** What only developers of this project run. */
    private static final Set<String> NOT_PUBLISHED = Set.of("cli", "bench", "e2e");

    /** What is published because the testkit runs the real platform, and is nobody's dependency otherwise. */
    private static final Set<String> BEHIND_THE_TESTKIT = Set.of("engine", "server");

    /** By which Gradle finds the plugin; a POM, and nobody's dependency. */
    private static final String GRADLE_MARKER = "dev.inferencekey.gradle.plugin";

    private static List<Module> modules;

    @BeforeAll
    static void read() throws IOException {
        modules = MavenModules.all();
    }

    @Test
    void eachModuleNeedsOnlyWhatItMay() {
        assertThat(modules)
                .allSatisfy(module -> assertThat(allowed(module))
                        .as("what %s may depend on", module.folder())
                        .containsAll(module.needs()));
        assertThat(modules).extracting(Module::name).containsAll(Set.of("contract", "sdk", "server"));
    }

    /** The SDK is tested against the contract and fakes, so that it runs where the platform can't: on a JDK 17. */
    @Test
    void theTestsOfTheSdkNeedNothingOfThePlatform() {
        assertThat(modules)
                .filteredOn(module -> Set.of("contract", "sdk").contains(module.name()))
                .allSatisfy(module -> assertThat(module.needsInTests()).isEmpty());
    }

    @Test
    void everythingIsPublishedButWhatOnlyThisProjectRuns() {
        assertThat(modules)
                .filteredOn(module -> !module.published())
                .extracting(Module::name)
                .containsExactlyInAnyOrderElementsOf(NOT_PUBLISHED);
        assertThat(modules)
                .filteredOn(Module::published)
                .allSatisfy(module -> assertThat(module.needs()).doesNotContainAnyElementsOf(NOT_PUBLISHED));
    }

    @Test
    void theBomListsWhatApplicationsDependOn() {
        Set<String> listed = modules.stream()
                .filter(module -> module.name().equals("bom"))
                .flatMap(bom -> bom.manages().stream())
                .collect(Collectors.toSet());
        Set<String> published = modules.stream()
                .filter(Module::published)
                .map(Module::name)
                .collect(Collectors.toCollection(HashSet::new));
        published.removeAll(BEHIND_THE_TESTKIT);
        published.remove("bom");
        published.remove(GRADLE_MARKER);
        assertThat(listed).isEqualTo(published);
    }

    /** Else its name would be made from that of its file, and change with it. */
    @Test
    void eachPublishedJarHasANameAsAModuleOfItsOwn() {
        List<String> names = modules.stream()
                .filter(module ->
                        module.published() && !Set.of("bom", GRADLE_MARKER).contains(module.name()))
                .map(Module::moduleName)
                .toList();
        assertThat(names).allMatch(name -> name.startsWith("dev.inferencekey.")).doesNotHaveDuplicates();
    }

    @Test
    void eachModuleSaysWhatItIs() {
        assertThat(modules)
                .allSatisfy(
                        module -> assertThat(Files.isRegularFile(module.path().resolve("README.md")))
                                .as(module.folder() + "/README.md")
                                .isTrue());
    }

    private static Set<String> allowed(Module module) {
        for (Map.Entry<String, Set<String>> folder : MAY_NEED_IN_FOLDER.entrySet()) {
            if (module.folder().startsWith(folder.getKey())) {
                return folder.getValue();
            }
        }
        assertThat(MAY_NEED).as("a law for the new module").containsKey(module.name());
        return MAY_NEED.getOrDefault(module.name(), Set.of());
    }
}
