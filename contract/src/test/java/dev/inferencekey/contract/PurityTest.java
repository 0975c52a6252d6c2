package dev.inferencekey.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.credential.SdkToken;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the module may lean on: the JDK's base and JSpecify's annotations; no input or output, clock, environment or thread. */
class PurityTest {
    @Test
    void dependsOnNothingButTheJdkBaseAndJSpecify() throws URISyntaxException {
        Set<String> targets = jdeps("-summary").stream()
                .map(line -> line.substring(line.indexOf("->") + 2).strip())
                .collect(Collectors.toSet());

        assertThat(targets)
                .hasSize(2)
                .contains("java.base")
                .anyMatch(target -> target.matches("(.*[/\\\\])?jspecify-[^/\\\\]*\\.jar"));
    }

    @Test
    void touchesNoOutsideWorld() throws URISyntaxException {
        Set<String> used = jdeps("-verbose:class", "-filter:none").stream()
                .filter(line -> line.startsWith(" "))
                .map(line -> line.substring(line.indexOf("->") + 2).strip().split("\\s+", 2)[0])
                .collect(Collectors.toSet());

        assertThat(used).contains("java.lang.String");
        assertThat(used)
                .allMatch(name -> !name.matches("java\\.(net|nio\\.file|nio\\.channels|sql|util\\.logging)\\..*"))
                .allMatch(name -> !name.startsWith("java.util.concurrent."))
                .filteredOn(name -> name.startsWith("java.io."))
                .isSubsetOf("java.io.ByteArrayOutputStream");
        assertThat(used)
                .doesNotContain(
                        "java.lang.System",
                        "java.lang.Thread",
                        "java.lang.ProcessBuilder",
                        "java.lang.Runtime",
                        "java.time.Clock",
                        "java.security.SecureRandom",
                        "java.util.Random");
    }

    private static List<String> jdeps(String... options) throws URISyntaxException {
        Path classes = Path.of(SdkToken.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        StringWriter out = new StringWriter();
        String[] arguments = Arrays.copyOf(options, options.length + 4);
        arguments[options.length] = "--multi-release=base";
        arguments[options.length + 1] = "-cp";
        arguments[options.length + 2] = System.getProperty("java.class.path");
        arguments[options.length + 3] = classes.toString();
        int status = ToolProvider.findFirst("jdeps")
                .orElseThrow()
                .run(new PrintWriter(out), new PrintWriter(out), arguments);
        assertThat(status).as(out.toString()).isZero();
        return out.toString().lines().toList();
    }
}
