package dev.inferencekey.server.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MasterKeyFileTest {
    private final SecureRandom random = new SecureRandom();

    @TempDir
    Path folder;

    @Test
    void makesAKeyThatOnlyItsOwnerMayReadAndKeepsIt() throws IOException {
        Path file = folder.resolve("master.key");

        SecretKey first = MasterKeyFile.open(file, random);
        SecretKey second = MasterKeyFile.open(file, random);

        assertThat(first.getEncoded()).hasSize(32).isEqualTo(second.getEncoded());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(folder).isDirectoryContaining("glob:**/master.key");
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwx-----x"})
    void refusesAKeyThatOthersMayTouchAndSaysWhatToDo(String mode) throws IOException {
        Path file = folder.resolve("master.key");
        MasterKeyFile.open(file, random);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));

        assertThatThrownBy(() -> MasterKeyFile.open(file, random))
                .isInstanceOf(MasterKeyException.class)
                .hasMessageContaining("chmod 600 " + file);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31, 33, 4096})
    void refusesAFileOfAnotherSize(int size) throws IOException {
        Path file = folder.resolve("master.key");
        MasterKeyFile.open(file, random);
        Files.write(file, new byte[size]);

        assertThatThrownBy(() -> MasterKeyFile.open(file, random))
                .isInstanceOf(MasterKeyException.class)
                .hasMessageContaining("is damaged");
        assertThat(file).hasSize(size);
    }

    @Test
    void saysSoWhenTheFolderIsMissing() {
        assertThatThrownBy(() -> MasterKeyFile.open(folder.resolve("no/such/master.key"), random))
                .isInstanceOf(MasterKeyException.class)
                .hasMessageContaining("can't be read or made");
    }

    @Test
    void neverReplacesAKeyThatAnotherProcessMadeMeanwhile() throws Exception {
        for (int round = 0; round < 50; round++) {
            Path file = folder.resolve("master-" + round + ".key");
            Set<List<Byte>> keys = ConcurrentHashMap.newKeySet();
            List<Callable<Boolean>> openers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                openers.add(() -> keys.add(bytes(MasterKeyFile.open(file, random))));
            }
            try (var threads = Executors.newFixedThreadPool(4)) {
                for (Future<Boolean> opener : threads.invokeAll(openers)) {
                    opener.get();
                }
            }
            assertThat(keys).containsExactly(bytes(MasterKeyFile.open(file, random)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "r--------", "rw-r-----"})
    void readsAKeyThatAnOperatorBrought(String mode) throws IOException {
        byte[] key = HexFormat.of().parseHex("00ff".repeat(16));
        Path raw = Files.write(folder.resolve("raw"), key);
        Path hex = Files.writeString(folder.resolve("hex"), "00FF".repeat(16) + "\n");
        Files.setPosixFilePermissions(raw, PosixFilePermissions.fromString(mode));
        Files.setPosixFilePermissions(hex, PosixFilePermissions.fromString(mode));

        assertThat(MasterKeyFile.read(raw).getEncoded()).isEqualTo(key);
        assertThat(MasterKeyFile.read(hex).getEncoded()).isEqualTo(key);
    }

    @Test
    void makesNoKeyInPlaceOfOneThatAnOperatorShouldHaveBrought() {
        Path file = folder.resolve("master.key");

        assertThatThrownBy(() -> MasterKeyFile.read(file))
                .isInstanceOf(MasterKeyException.class)
                .hasMessageContainingAll(file + " does not exist", "openssl rand -hex 32");
        assertThat(file).doesNotExist();
    }

    @Test
    void refusesABroughtKeyThatEverybodyMayReadOrThatIsNone() throws IOException {
        Path file = Files.writeString(folder.resolve("master.key"), "00ff".repeat(16));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> MasterKeyFile.read(file)).hasMessageContaining("chmod 640 " + file);

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        for (String wrong : List.of("", "00ff", "zz".repeat(32), "00ff".repeat(17))) {
            Files.writeString(file, wrong);
            assertThatThrownBy(() -> MasterKeyFile.read(file))
                    .hasMessageContaining("exactly 32 bytes, or 64 hexadecimal digits");
        }
    }

    private static List<Byte> bytes(SecretKey key) {
        List<Byte> bytes = new ArrayList<>();
        for (byte b : key.getEncoded()) {
            bytes.add(b);
        }
        return bytes;
    }
}
