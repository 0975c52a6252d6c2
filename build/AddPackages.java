import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

static final ObjectMapper JSON =
        JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

/**
 * Adds packages of the system to a list of components (SBOM): those whose files an archive or image holds. For build/release:
 * {@code java AddPackages.java SBOM SYSTEM OUT CONTROL...}; SYSTEM is like {@code debian-12}, and each CONTROL what dpkg says of a package.
 */
void main(String[] arguments) throws IOException {
    ObjectNode bom = (ObjectNode) JSON.readTree(Path.of(arguments[0]));
    String system = arguments[1];
    ArrayNode components = (ArrayNode) bom.get("components");
    TreeMap<String, ObjectNode> added = new TreeMap<>();
    for (String file : Arrays.asList(arguments).subList(3, arguments.length)) {
        Map<String, String> control = fields(Path.of(file));
        String name = control.get("Package");
        String version = control.get("Version");
        String purl = "pkg:deb/%s/%s@%s?arch=%s&distro=%s"
                .formatted(system.replaceFirst("-.*", ""), encoded(name), encoded(version), control.get("Architecture"), system);
        ObjectNode component = JSON.createObjectNode();
        component.put("type", "library").put("bom-ref", purl).put("name", name).put("version", version);
        component.put("publisher", control.get("Maintainer")).put("purl", purl);
        added.put(name, component);
    }
    added.values().forEach(components::add);
    Files.writeString(Path.of(arguments[2]), JSON.writeValueAsString(bom) + "\n");
}

static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
}

/** The fields that stand in one line each. */
static Map<String, String> fields(Path control) throws IOException {
    Map<String, String> fields = new TreeMap<>();
    for (String line : Files.readAllLines(control)) {
        int colon = line.indexOf(": ");
        if (colon > 0 && line.charAt(0) != ' ') {
            fields.put(line.substring(0, colon), line.substring(colon + 2));
        }
    }
    return fields;
}
