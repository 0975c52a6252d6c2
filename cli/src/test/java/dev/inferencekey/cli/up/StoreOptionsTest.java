package dev.inferencekey.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.cli.TestShell;
import dev.inferencekey.cli.TestShell.Result;
import dev.inferencekey.cli.api.RefusedException;
import dev.inferencekey.server.app.MasterKeySource;
import dev.inferencekey.server.store.postgres.PostgresAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the database's address and the keys come from: no platform is started. */
@Tag("slow")
class StoreOptionsTest {
    private static final String ADDRESS = "postgresql://ik@db.example.com/inferencekey?sslmode=require";
    private static final PostgresAddress WITH_PASSWORD =
            PostgresAddress.parse("postgresql://ik:hunter2@db.example.com/inferencekey?sslmode=require");
    private static final String KEY = "0123456789abcdef".repeat(4);

    @TempDir
    private Path home;

    private final List<LaunchSettings> seen = new ArrayList<>();

    private TestShell shell() {
        return new TestShell(home).launching(settings -> {
            seen.add(settings);
            throw new RefusedException(0, "start_failed", "seen enough", null, null);
        });
    }

    private LaunchSettings seenBy(TestShell shell, String... options) {
        Result result = run(shell, options);
        assertThat(seen).as(result.err()).hasSize(1);
        return seen.getFirst();
    }

    private static Result run(TestShell shell, String... options) {
        List<String> all = new ArrayList<>(List.of("server"));
        all.addAll(List.of(options));
        return shell.run(all.toArray(String[]::new));
    }

    private Path file(String text, String permissions) throws IOException {
        Path file = Files.writeString(home.resolve("secret"), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    @Test
    void theWholeAddressMayComeFromTheEnvironment() {
        assertThat(seenBy(shell().with(
                                        "INFERENCEKEY_STORE",
                                        "postgresql://ik:hunter2@db.example.com/inferencekey?sslmode=require"))
                        .store())
                .isEqualTo(WITH_PASSWORD);
    }

    @Test
    void thePasswordAloneMayComeFromTheEnvironment() {
        assertThat(seenBy(shell().with("INFERENCEKEY_STORE", "hunter2"), "--store", ADDRESS)
                        .store())
                .isEqualTo(WITH_PASSWORD);
    }

    @Test
    void aFileHoldsTheAddressOrThePassword() throws IOException {
        String password = file("hunter2\n", "rw-r-----").toString();
        assertThat(seenBy(shell(), "--store", ADDRESS, "--store-file", password).store())
                .isEqualTo(WITH_PASSWORD);
        seen.clear();
        String whole = file("postgresql://ik:hunter2@db.example.com/inferencekey?sslmode=require\n", "rw-------")
                .toString();
        assertThat(seenBy(shell().with("INFERENCEKEY_STORE_FILE", whole)).store())
                .isEqualTo(WITH_PASSWORD);
    }

    @Test
    void aFileThatEverybodyMayReadIsRefused() throws IOException {
        Path file = file("hunter2", "rw-r--r--");
        Result result = run(shell(), "--store", ADDRESS, "--store-file", file.toString());
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("open to every user of this machine", "chmod 640 " + file);
    }

    @Test
    void aPasswordOnTheCommandLineIsRefusedAndNotRepeated() {
        Result result = run(shell(), "--store", "postgresql://ik:hunter2@db.example.com/inferencekey");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains("--store must not contain the password", "INFERENCEKEY_STORE", "--store-file")
                .doesNotContain("hunter2");
    }

    @Test
    void twoAddressesThatLeadToDifferentPlacesAreRefused() {
        Result result = run(
                shell().with("INFERENCEKEY_STORE", "postgresql://ik:hunter2@elsewhere/inferencekey"),
                "--store",
                ADDRESS);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains("--store and INFERENCEKEY_STORE name different databases")
                .doesNotContain("hunter2");
    }

    @Test
    void theMasterKeyMayComeFromTheEnvironmentAndIsNotShown() {
        LaunchSettings settings = seenBy(shell().with("INFERENCEKEY_MASTER_KEY", KEY));
        assertThat(settings.masterKey()).isEqualTo(new MasterKeySource.Text(KEY));
        assertThat(settings.toString()).doesNotContain(KEY);
        seen.clear();
        assertThat(seenBy(shell().with("INFERENCEKEY_MASTER_KEY_FILE", "/run/secrets/key"))
                        .masterKey())
                .isEqualTo(new MasterKeySource.File(Path.of("/run/secrets/key")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            INFERENCEKEY_STORE      | mysql://ik:hunter2@db/x | INFERENCEKEY_STORE: the address of the store does not begin with postgresql://
            INFERENCEKEY_STORE_FILE | /no/such/file           | INFERENCEKEY_STORE_FILE /no/such/file: there is no such file
            INFERENCEKEY_MASTER_KEY | hunter2                 | INFERENCEKEY_MASTER_KEY: the master key must be 64 hexadecimal digits
            """)
    void aVariableThatMakesNoSenseIsNamedWithoutItsSecret(String variable, String value, String why) {
        Result result = run(shell().with(variable, value));
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains(why).doesNotContain("hunter2");
    }

    @ParameterizedTest
    @CsvSource({"INFERENCEKEY_STORE", "INFERENCEKEY_MASTER_KEY"})
    void aVariableAndItsFileAreOneTooMany(String variable) {
        Result result = run(shell().with(variable, KEY).with(variable + "_FILE", "/some/file"));
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains(variable + " and " + variable + "_FILE are both set; unset one of them");
    }
}
