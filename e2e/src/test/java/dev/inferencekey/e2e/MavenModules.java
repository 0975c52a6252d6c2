package dev.inferencekey.e2e;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** The Maven modules of this project, as their POM files tell. */
final class MavenModules {
    static final Path ROOT = Path.of("..");
    private static final String GROUP = "dev.inferencekey";
    private static final String PREFIX = "inferencekey-";

    private MavenModules() {}

    /**
     * One module.
     *
     * @param folder where it is, from the root of the project
     * @param name its artifact id without the product's name before it
     * @param moduleName what Java calls it; empty if it does not say
     * @param needs modules that whoever uses this one gets too
     * @param needsInTests modules that only its tests see
     * @param manages modules that it names in its own dependency management
     */
    record Module(
            String folder,
            String name,
            String moduleName,
            boolean published,
            Set<String> needs,
            Set<String> needsInTests,
            Set<String> manages) {
        Path path() {
            return ROOT.resolve(folder);
        }
    }

    /** In the order of the root POM. */
    static List<Module> all() throws IOException {
        List<Module> modules = new ArrayList<>();
        for (Element module : children(child(pom(ROOT), "modules"), "module")) {
            modules.add(read(module.getTextContent().trim()));
        }
        return modules;
    }

    private static Module read(String folder) throws IOException {
        Element project = pom(ROOT.resolve(folder));
        List<Element> dependencies = children(child(project, "dependencies"), "dependency");
        Predicate<Element> inTests = dependency -> text(dependency, "scope").equals("test");
        Optional<Element> properties = child(project, "properties");
        return new Module(
                folder,
                name(text(project, "artifactId")),
                properties.map(found -> text(found, "module.name")).orElse(""),
                properties.stream()
                        .noneMatch(found -> text(found, "maven.deploy.skip").equals("true")),
                ours(dependencies.stream().filter(inTests.negate())),
                ours(dependencies.stream().filter(inTests)),
                ours(children(
                        child(project, "dependencyManagement").flatMap(managed -> child(managed, "dependencies")),
                        "dependency")
                        .stream()));
    }

    private static String name(String artifact) {
        return artifact.startsWith(PREFIX) ? artifact.substring(PREFIX.length()) : artifact;
    }

    private static Set<String> ours(Stream<Element> dependencies) {
        Set<String> names = new TreeSet<>();
        dependencies
                .filter(dependency -> Set.of(GROUP, "${project.groupId}").contains(text(dependency, "groupId")))
                .forEach(dependency -> names.add(name(text(dependency, "artifactId"))));
        return names;
    }

    private static Element pom(Path folder) throws IOException {
        try {
            return DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .parse(folder.resolve("pom.xml").toFile())
                    .getDocumentElement();
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException("can't read the POM in " + folder, e);
        }
    }

    private static String text(Element parent, String name) {
        return child(parent, name)
                .map(element -> element.getTextContent().trim())
                .orElse("");
    }

    private static Optional<Element> child(Element parent, String name) {
        return children(Optional.of(parent), name).stream().findFirst();
    }

    private static List<Element> children(Optional<Element> parent, String name) {
        List<Element> found = new ArrayList<>();
        for (Node node = parent.map(Node::getFirstChild).orElse(null); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element && element.getTagName().equals(name)) {
                found.add(element);
            }
        }
        return found;
    }
}
