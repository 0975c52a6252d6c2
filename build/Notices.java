import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

static final ObjectMapper JSON =
        JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

/**
 * Says whose work is in an archive, and on which terms: THIRD-PARTY.md, what each library says of itself in legal/, and the list of
 * components (SBOM) of the build with the Java that the archive brings. For build/release: {@code java Notices.java BOM FOLDER SBOM}.
 */
void main(String[] arguments) throws IOException {
    ObjectNode bom = (ObjectNode) JSON.readTree(Path.of(arguments[0]));
    Path folder = Path.of(arguments[1]);
    List<Path> jars;
    try (Stream<Path> all = Files.walk(folder.resolve("lib"))) {
        jars = all.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
    TreeMap<String, String> lines = new TreeMap<>();
    List<String> unknown = new ArrayList<>();
    for (Path jar : jars) {
        String label = jar.getFileName().toString().replaceFirst("\\.jar$", "");
        if (!label.startsWith("inferencekey-")) {
            String licence = licence(bom, label);
            if (licence.isEmpty()) {
                unknown.add(label);
            }
            lines.put(label, "| " + label + " | " + licence + " |");
            copyTexts(jar, folder.resolve("legal").resolve(label));
        }
    }
    if (!unknown.isEmpty()) {
        throw new IllegalStateException("libraries without a licence: " + unknown);
    }
    Files.writeString(folder.resolve("THIRD-PARTY.md"), """
            # Works of others

            The Java runtime in `runtime/` is OpenJDK under GPL-2.0 with Classpath Exception; its terms and those of its parts are in
            `runtime/legal/`. The libraries in `lib/` are under these licences; what they say of themselves is in `legal/`. The classes of
            picocli are in a newer class file format than its authors publish; nothing else was changed.
            `libgomp`, `libstdc++` and `libgcc_s` in `runtime/lib/` are GCC's, under GPL-3.0 with the GCC Runtime Library Exception.

            | library | licence |
            | --- | --- |
            """ + String.join("\n", lines.values()) + "\n");
    Properties java = new Properties();
    try (var in = Files.newBufferedReader(folder.resolve("runtime/release"))) {
        java.load(in);
    }
    String version = java.getProperty("JAVA_RUNTIME_VERSION", java.getProperty("JAVA_VERSION")).replace("\"", "");
    ObjectNode runtime = ((ArrayNode) bom.get("components")).addObject();
    runtime.put("type", "platform").put("bom-ref", "openjdk").put("name", "OpenJDK runtime").put("version", version);
    runtime.put("publisher", java.getProperty("IMPLEMENTOR", "OpenJDK").replace("\"", ""));
    runtime.putArray("licenses").addObject().put("expression", "GPL-2.0-only WITH Classpath-exception-2.0");
    Files.writeString(Path.of(arguments[2]), JSON.writeValueAsString(bom) + "\n");
}

/** The licences of the component whose jar has this name; some jars have a classifier at the end. */
String licence(JsonNode bom, String label) {
    for (JsonNode component : bom.get("components")) {
        String name = component.get("name").asString() + "-" + component.get("version").asString();
        if (label.equals(name) || label.startsWith(name + "-")) {
            List<String> names = new ArrayList<>();
            for (JsonNode each : component.path("licenses")) {
                JsonNode licence = each.path("license");
                names.add(
                        each.has("expression")
                                ? each.get("expression").asString()
                                : licence.path("id").asString(licence.path("name").asString("")));
            }
            return String.join(" or ", names);
        }
    }
    return "";
}

void copyTexts(Path jar, Path to) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
        for (ZipEntry entry : zip.stream().toList()) {
            String name = entry.getName();
            String last = name.substring(name.lastIndexOf('/') + 1);
            if (!entry.isDirectory()
                    && name.matches("(META-INF/)?(licenses?/)?[^/]*")
                    && last.toUpperCase(Locale.ROOT).matches("(LICENSE|LICENCE|NOTICE|COPYING)([-._].*)?")
                    && !last.endsWith(".class")) {
                Files.createDirectories(to);
                Files.writeString(to.resolve(last), new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8));
            }
        }
    }
}
