package dev.inferencekey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ./ik} does on a machine without Java, with {@code build/jdk.sh} as it is and a package manager that only says what it was asked for. */
@Tag("slow")
class ObtainJdkTest {
    private static final Path REAL = Path.of("/usr/bin");

    @TempDir
    private Path temp;

    private Path bin;
    /** The one package that apt-cache has. */
    private String known = "openjdk-25-jdk-headless";

    private record Result(int status, String out, String err, String asked) {}

    /** A PATH on which nothing is that was not put there; the kit appears where apt-get was asked for one. */
    @BeforeEach
    void makePath() throws IOException {
        bin = Files.createDirectory(temp.resolve("bin"));
        for (String program : List.of("sh", "env", "grep", "cat")) {
            Files.createSymbolicLink(bin.resolve(program), REAL.resolve(program).toRealPath());
        }
        user(0);
        program("apt-get", "echo apt-get \"$@\" >>\"$TEMP/asked\"; case $* in *' install '*) : >\"$TEMP/jdk\" ;; esac");
        program("apt-cache", "[ \"$2\" = \"$KNOWN\" ] || [ \"$2\" = libgomp1 ]");
    }

    private void program(String name, String text) throws IOException {
        Path file = Files.writeString(bin.resolve(name), "#!" + bin.resolve("sh") + "\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void user(int id) throws IOException {
        program("id", "echo " + id);
    }

    private Result obtain(String yes) throws IOException, InterruptedException {
        return run("", List.of(bin.resolve("sh").toString(), script().toString(), yes));
    }

    /** The same where somebody sits at a terminal and types this. */
    private Result obtainAtTerminal(String typed) throws IOException, InterruptedException {
        return run(
                typed,
                List.of(
                        REAL.resolve("script").toString(),
                        "-qec",
                        bin.resolve("sh") + " " + script() + " ''",
                        "/dev/null"));
    }

    private Path script() throws IOException {
        return Files.writeString(temp.resolve("obtain.sh"), """
                set -eu
                say() { printf 'ik: %%s\\n' "$*" >&2; }
                . %s
                find_jdk() { [ -e "$TEMP/jdk" ] && echo /the/kit; }
                obtain_jdk "$1"
                """.formatted(
                        Path.of("..", "build", "jdk.sh").toRealPath()));
    }

    private Result run(String typed, List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(temp.resolve("out").toFile())
                .redirectError(temp.resolve("err").toFile());
        builder.environment().put("PATH", bin.toString());
        builder.environment().put("SHELL", bin.resolve("sh").toString());
        builder.environment().put("TEMP", temp.toString());
        builder.environment().put("KNOWN", known);
        Process process = builder.start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(typed.getBytes(StandardCharsets.UTF_8));
        }
        int status = process.waitFor();
        Path asked = temp.resolve("asked");
        return new Result(
                status,
                Files.readString(temp.resolve("out"), StandardCharsets.UTF_8),
                Files.readString(temp.resolve("err"), StandardCharsets.UTF_8),
                Files.exists(asked) ? Files.readString(asked) : "");
    }

    @Test
    void aKitThatIsThereIsTakenAndNothingIsAsked() throws IOException, InterruptedException {
        Files.createFile(temp.resolve("jdk"));
        assertThat(obtain("yes")).isEqualTo(new Result(0, "/the/kit\n", "", ""));
    }

    @Test
    void rootWithoutATerminalGetsOneFromThePackages() throws IOException, InterruptedException {
        assertThat(obtain(""))
                .isEqualTo(new Result(
                        0,
                        "/the/kit\n",
                        "ik: installing the package openjdk-25-jdk-headless\nik: installing the package libgomp1\n",
                        """
                                apt-get -qq update
                                apt-get -qq install -y --no-install-recommends openjdk-25-jdk-headless
                                apt-get -qq install -y --no-install-recommends libgomp1
                                """));
    }

    @Test
    void anybodyElseIsToldWhatToDo() throws IOException, InterruptedException {
        user(1000);
        Result result = obtain("");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out() + result.asked()).isEmpty();
        assertThat(result.err().lines())
                .singleElement()
                .asString()
                .startsWith("ik: a JDK 25 or newer is needed: install one");
    }

    @Test
    void whoMayUseSudoIsToldOfYesAndGetsOneByIt() throws IOException, InterruptedException {
        user(1000);
        program("sudo", "echo sudo \"$@\" >>\"$TEMP/asked\"; shift; exec \"$@\"");
        assertThat(obtain("")).satisfies(result -> {
            assertThat(result.status()).isEqualTo(1);
            assertThat(result.err()).endsWith("or run ./ik up --yes to get it from the system's packages\n");
            assertThat(result.asked()).isEmpty();
        });
        Result result = obtain("yes");
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.asked())
                .contains(
                        "sudo -n apt-get -qq update\n",
                        "sudo -n env DEBIAN_FRONTEND=noninteractive apt-get -qq install");
    }

    @Test
    void atATerminalSomebodyIsAskedFirst() throws IOException, InterruptedException {
        Result refused = obtainAtTerminal("n\n");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.out())
                .contains("Install one with apt-get? [Y/n]", "a JDK 25 or newer is needed: install one");
        assertThat(refused.asked()).isEmpty();
        Result accepted = obtainAtTerminal("y\n");
        assertThat(accepted.status()).as(accepted.out()).isZero();
        assertThat(accepted.asked()).contains("apt-get -qq install -y --no-install-recommends openjdk-25-jdk-headless");
    }

    @Test
    void aSystemThatHasNoneSaysSoInOneSentence() throws IOException, InterruptedException {
        known = "nothing";
        Result result = obtain("yes");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.asked()).isEqualTo("apt-get -qq update\n");
        assertThat(result.err().lines())
                .singleElement()
                .asString()
                .startsWith(
                        "ik: apt-get has no JDK 25 that can be installed; a JDK 25 or newer is needed: install one");
    }

    @Test
    void otherPackageManagersAreAskedInTheirWay() throws IOException, InterruptedException {
        Files.delete(bin.resolve("apt-get"));
        program(
                "apk",
                "echo apk \"$@\" >>\"$TEMP/asked\"\n"
                        + "case $* in '-q search -e openjdk25-jdk') echo it ;; '-q add'*) : >\"$TEMP/jdk\" ;; esac");
        Result result = obtain("yes");
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.asked()).startsWith("apk -q update\n").contains("apk -q add openjdk25-jdk\n");
    }
}
